"""From features at a quarter of the frame's size to the painted frame."""

import torch
from torch import Tensor

from style_pipeline.style.native.layers import Affine, Layer, Raw, Rows, in_bands, once
from style_pipeline.style.native.maps import Geometry, bands
from style_pipeline.style.native.passes import Passes
from style_pipeline.style.network import StyleNetwork

_COLOURS = 3


class Expansion:
    """What follows the residual blocks; ``dtype`` is what its convolutions work with."""

    def __init__(
        self, network: StyleNetwork, style: Tensor, passes: Passes, dtype: torch.dtype
    ) -> None:
        width = network.architecture.width
        self._rise = Layer(network.rise, style, dtype)
        self._output = Layer(network.output, style, dtype)
        self._output.weight = _by_rows(self._output.weight)
        self._unchanged = torch.ones(width), torch.zeros(width)
        self._passes = passes

    def __call__(
        self, geometry: Geometry, features: Tensor, out: Tensor, number_of_bands: int
    ) -> None:
        """Paint ``out`` [H, W, 3]: levels where it is uint8, else floats in [0, 1]."""
        height, _ = geometry.half.size
        risen = once(self._risen(geometry, features), height, number_of_bands)
        affine = self._passes.affine(self._rise, in_bands(risen, height, number_of_bands))
        means = once(self._means(geometry, risen, affine), height, number_of_bands)
        last = self._passes.affine(self._output, in_bands(means, height, number_of_bands))
        for start, stop in bands(height, number_of_bands):
            part = out[2 * start : 2 * stop]
            self._passes.kernels.colours(means(start, stop), last, part)

    def _risen(self, geometry: Geometry, features: Tensor) -> Rows:
        def rows(start: int, stop: int) -> Tensor:
            grid = geometry.doubled.band(start, stop + 2)
            return self._passes.convolved(Raw(features, self._unchanged), grid, self._rise)

        return rows

    def _means(self, geometry: Geometry, risen: Rows, affine: Affine) -> Rows:
        """Rows of half the size, as twice as many rows of 2x2 means of sub-pixels."""
        height, width = geometry.half.size

        def rows(start: int, stop: int) -> Tensor:
            end = min(stop + 1, height)
            low, high = max(0, start - 1), min(height, end + 1)
            grid = geometry.half.band(start, end + 2, low)
            raw = Raw(risen(low, high), affine, relu=True)
            pixels = self._passes.convolved(raw, grid, self._output)
            size = (2 * (stop - start), 2 * width, _COLOURS)
            means = self._passes.buffer("means", size, torch.float32)
            self._passes.kernels.smooth(pixels, 2 * (height - start), means)
            return means

        return rows


def _by_rows(weight: Tensor) -> Tensor:
    """The last layer's outputs in reading order: row, column, colour; it has colours first."""
    order = torch.arange(4 * _COLOURS).view(_COLOURS, 4).T.flatten()
    return weight[order].contiguous(memory_format=torch.channels_last)
