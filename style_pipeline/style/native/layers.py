"""One styled convolution at a time, over buffers that outlive the frame."""

from collections.abc import Callable, Iterable
from math import prod

import torch
from torch import Tensor
from torch.nn import functional

from style_pipeline.errors import StyleError
from style_pipeline.style.native.kernels import Kernels
from style_pipeline.style.native.maps import Grid, bands
from style_pipeline.style.network import EPSILON, EVEN, StyledConvolution

Affine = tuple[Tensor, Tensor]
"""What each channel is multiplied by, and what is then added, [C] each."""

Rows = Callable[[int, int], Tensor]
"""Rows ``start`` to ``stop`` of a picture, [stop - start, W, C], made when they are asked for."""

_MOST_CHANNELS = 256


class Layer:
    """A convolution without bias whose weights are ``dtype``, and the style that follows it."""

    def __init__(self, module: StyledConvolution, style: Tensor, dtype: torch.dtype) -> None:
        weight = module.convolution.weight.detach()
        if weight.shape[0] > _MOST_CHANNELS:
            raise StyleError(f"a layer of {weight.shape[0]} channels is too wide for the kernels")
        self.weight = weight.to(dtype).contiguous(memory_format=torch.channels_last)
        self.stride = module.convolution.stride
        gamma, beta = ((style @ rows.detach())[0].float() for rows in (module.gamma, module.beta))
        self.gamma, self.beta = gamma.contiguous(), beta.contiguous()

    def convolve(self, x: Tensor) -> Tensor:
        """[H, W, inputs], edges included, to [h, w, outputs]."""
        x = x.permute(2, 0, 1)[None]
        return functional.conv2d(x, self.weight, stride=self.stride)[0].permute(1, 2, 0)


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

    def edged(self, name: str, grid: Grid, following: Layer) -> Tensor:
        """A buffer for the input of ``following``, edges included."""
        weight = following.weight
        return self.buffer(name, (*grid.with_edges, weight.shape[1]), weight.dtype)

    def affine(self, layer: Layer, parts: Iterable[Tensor]) -> Affine:
        """The instance normalisation of what ``parts`` are together, and the style's vectors."""
        channels, pixels = len(layer.gamma), 0
        pivot, sums = torch.empty(channels), torch.zeros(2, channels, dtype=torch.float64)
        for part in parts:
            rows = part.view(len(part), -1, channels)
            if not pixels:
                self.kernels.pivot(rows, pivot)
            self.kernels.statistics(rows, pivot, sums)
            pixels += rows.shape[0] * rows.shape[1]
        result = torch.empty(channels), torch.empty(channels)
        style, limits = (layer.gamma, layer.beta), (EPSILON, EVEN)
        self.kernels.affine(sums, pivot, pixels, style, limits, result)
        return result

    def normalised(
        self,
        raw: Tensor,
        layer: Layer,
        grid: Grid,
        out: Tensor,
        *,
        relu: bool = False,
        stream: Tensor | None = None,
        stream_out: Tensor | None = None,
    ) -> None:
        """``raw``, made whole by ``layer``, normalised; see :meth:`Kernels.layer`."""
        affine = self.affine(layer, [raw])
        self.kernels.layer(raw, grid, affine, out, relu=relu, stream=stream, stream_out=stream_out)


def once(make: Rows, size: int, number_of_bands: int) -> Rows:
    """``make``, called a single time where the picture is one band."""
    if number_of_bands > 1:
        return make
    whole = make(0, size)
    return lambda _start, _stop: whole


def in_bands(rows: Rows, size: int, number_of_bands: int) -> Iterable[Tensor]:
    """All rows of a picture, band by band."""
    return (rows(start, stop) for start, stop in bands(size, number_of_bands))
