"""What lies between two convolutions, over buffers that outlive the frame."""

from collections.abc import Iterable
from math import prod

import torch
from torch import Tensor

from style_pipeline.style.native.kernels import Kernels
from style_pipeline.style.native.layers import Affine, Layer, Made, Raw
from style_pipeline.style.native.maps import Grid
from style_pipeline.style.native.packing import Packed
from style_pipeline.style.network import EPSILON, EVEN


class _Moments:
    """Of each channel: sums, and sums of squares, of what is above ``pivot``."""

    def __init__(self, channels: int) -> None:
        self.pivot = torch.empty(channels)
        self.sums = torch.zeros(2, channels, dtype=torch.float64)


class Passes:
    """The kernels, with buffers that are kept for the next frame."""

    def __init__(self, kernels: Kernels) -> None:
        self.kernels = kernels
        self._buffers: dict[str, Tensor] = {}

    def buffer(self, name: str, size: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Uninitialised; the next one of this name shares its memory."""
        wanted = prod(size) * dtype.itemsize
        if name not in self._buffers or len(self._buffers[name]) < wanted:
            self._buffers[name] = torch.empty(wanted, dtype=torch.uint8)
        return self._buffers[name][:wanted].view(dtype).view(size)

    def affine(self, layer: Layer, parts: Iterable[Tensor]) -> Affine:
        """The instance normalisation of what ``parts`` are together, and the style's vectors."""
        channels, pixels = len(layer.gamma), 0
        moments = _Moments(channels)
        for part in parts:
            rows = part.view(len(part), -1, channels)
            if not pixels:
                self.kernels.pivot(rows, moments.pivot)
            self.kernels.statistics(rows, moments.pivot, moments.sums)
            pixels += rows.shape[0] * rows.shape[1]
        return self._affine(layer, moments, pixels)

    def convolved(self, source: Raw | Tensor, grid: Grid, following: Layer) -> Tensor:
        """What ``following`` makes of ``source``, or of some rows of it, with edges.

        ``source`` is yet to be normalised, or a frame: [H, W, 3], uint8, or float32 in [0, 1].
        """
        if (packed := self._packed(following)) is not None:
            return self._in_strips(source, grid, following, packed, (None, None))
        size = (*grid.with_edges, following.weight.shape[1])
        edged = self.buffer("edged", size, following.weight.dtype)
        if isinstance(source, Raw):
            self.kernels.layer(source, grid, edged)
        else:
            self.kernels.floats(source, grid, edged)
        return following.convolve(edged)

    def through(self, raw: Raw, grid: Grid, following: Layer) -> Made:
        """What ``following`` makes of a whole picture, and its own normalisation."""
        if (packed := self._packed(following)) is None:
            made = self.convolved(raw, grid, following)
            return made, self.affine(following, [made])
        moments = _Moments(len(following.gamma))
        made = self._in_strips(raw, grid, following, packed, (moments.pivot, moments.sums))
        return made, self._affine(following, moments, made.shape[0] * made.shape[1])

    def normalised(self, raw: Raw, grid: Grid) -> None:
        """Fill the ``stream_out`` of ``raw``."""
        size = (*grid.with_edges, raw.pixels.shape[2])
        self.kernels.layer(raw, grid, self.buffer("edged", size, raw.pixels.dtype))

    def _packed(self, following: Layer) -> Packed | None:
        """For our own convolution, which works in one thread however many there may be."""
        return following.packed if self.kernels.convolves[following.weight.dtype] else None

    def _in_strips(
        self,
        source: Raw | Tensor,
        grid: Grid,
        following: Layer,
        packed: Packed,
        moments: tuple[Tensor | None, Tensor | None],
    ) -> Tensor:
        dtype = following.weight.dtype
        out = torch.empty(following.result_of(grid), dtype=dtype)
        strip = self.buffer("strip", packed.strip(grid.with_edges[1]), dtype)
        if isinstance(source, Raw):
            self.kernels.convolved(source, grid, packed, strip, moments, out)
        else:
            self.kernels.frame(source, grid, packed, strip, moments, out)
        return out

    def _affine(self, layer: Layer, moments: _Moments, pixels: int) -> Affine:
        result = torch.empty_like(layer.gamma), torch.empty_like(layer.gamma)
        style, limits = (layer.gamma, layer.beta), (EPSILON, EVEN)
        self.kernels.affine(moments.sums, moments.pivot, pixels, style, limits, result)
        return result
