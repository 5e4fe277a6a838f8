"""The residual blocks, at a quarter of the frame's size and at an eighth; always whole frames."""

import torch
from torch import Tensor, nn

from style_pipeline.errors import StyleError
from style_pipeline.style.native.layers import Layer, Passes
from style_pipeline.style.native.maps import Geometry, Grid
from style_pipeline.style.network import ResidualBlock, StyleNetwork

Block = tuple[Layer, Layer]


class Trunk:
    """What blocks add up, the stream, is float32; their convolutions work with ``dtype``."""

    def __init__(
        self, network: StyleNetwork, style: Tensor, passes: Passes, dtype: torch.dtype
    ) -> None:
        def block(module: nn.Module) -> Block:
            if not isinstance(module, ResidualBlock):
                raise StyleError(f"{type(module).__name__} is no residual block")
            return Layer(module.first, style, dtype), Layer(module.second, style, dtype)

        self._blocks = [block(module) for module in network.blocks]
        self._deep_blocks = [block(module) for module in network.deep.blocks]
        self._fall = Layer(network.deep.fall, style, dtype)
        self._rise = Layer(network.deep.rise, style, dtype)
        self._passes = passes

    def __call__(self, geometry: Geometry, contracted: Tensor, last: Layer) -> Tensor:
        """Features [H / 4, W / 4, width] from what ``last``, the stem's last layer, made."""
        grid, middle = geometry.quarter, len(self._blocks) // 2
        edged = self._passes.edged("quarter", grid, self._fall)
        stream = torch.empty_like(contracted, dtype=torch.float32)
        self._passes.normalised(contracted, last, grid, edged, relu=True, stream_out=stream)
        for block in self._blocks[:middle]:
            stream = self._residual(block, grid, edged, stream)
        stream = self._deep(geometry, edged, stream)
        for block in self._blocks[middle:]:
            stream = self._residual(block, grid, edged, stream)
        return stream

    def _deep(self, geometry: Geometry, edged: Tensor, stream: Tensor) -> Tensor:
        """The path through an eighth of the size, added to ``stream``."""
        raw = self._fall.convolve(edged)
        deep = self._passes.edged("eighth", geometry.eighth, self._rise)
        below = torch.empty_like(raw, dtype=torch.float32)
        self._passes.normalised(raw, self._fall, geometry.eighth, deep, relu=True, stream_out=below)
        for block in self._deep_blocks:
            below = self._residual(block, geometry.eighth, deep, below)
        return self._added(self._rise, deep, geometry.risen, edged, stream)

    def _residual(self, block: Block, grid: Grid, edged: Tensor, stream: Tensor) -> Tensor:
        """``edged`` holds the stream with its edges, before and after."""
        first, second = block
        self._passes.normalised(first.convolve(edged), first, grid, edged, relu=True)
        return self._added(second, edged, grid, edged, stream)

    def _added(self, layer: Layer, x: Tensor, grid: Grid, edged: Tensor, stream: Tensor) -> Tensor:
        """``stream`` plus what ``layer`` makes of ``x``; with edges in ``edged``."""
        after = torch.empty_like(stream)
        raw = layer.convolve(x)
        self._passes.normalised(raw, layer, grid, edged, stream=stream, stream_out=after)
        return after
