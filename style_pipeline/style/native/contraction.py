"""From the frame to features at a quarter of its size."""

import torch
from torch import Tensor, nn

from style_pipeline.style.native.layers import Affine, Layer, Raw, Rows, in_bands, once
from style_pipeline.style.native.maps import Geometry
from style_pipeline.style.native.passes import Passes
from style_pipeline.style.network import StyledConvolution


class Contraction:
    """The stem. It keeps to float32: what is rounded here is seen in the picture."""

    def __init__(self, stem: nn.ModuleList, style: Tensor, passes: Passes) -> None:
        modules = [module for module in stem if isinstance(module, StyledConvolution)]
        self._first, self.last = (Layer(module, style, torch.float32) for module in modules)
        self._passes = passes

    def __call__(self, geometry: Geometry, frame: Tensor, number_of_bands: int) -> Tensor:
        """[H / 4, W / 4, width], not yet normalised."""
        height, _ = geometry.half.size
        rows = once(self._convolved(geometry, frame), height, number_of_bands)
        affine = self._passes.affine(self._first, in_bands(rows, height, number_of_bands))
        parts = in_bands(self._twice(geometry, rows, affine), height // 2, number_of_bands)
        return next(iter(parts)) if number_of_bands == 1 else torch.cat(list(parts))

    def _convolved(self, geometry: Geometry, frame: Tensor) -> Rows:
        def rows(start: int, stop: int) -> Tensor:
            grid = geometry.frame.band(2 * start, 2 * stop + 3)
            return self._passes.convolved(frame, grid, self._first)

        return rows

    def _twice(self, geometry: Geometry, convolved: Rows, affine: Affine) -> Rows:
        height, _ = geometry.half.size

        def rows(start: int, stop: int) -> Tensor:
            low, high = max(0, 2 * start - 1), min(height, 2 * stop)
            grid = geometry.half.band(2 * start, 2 * stop + 1, low)
            raw = Raw(convolved(low, high), affine, relu=True)
            return self._passes.convolved(raw, grid, self.last)

        return rows
