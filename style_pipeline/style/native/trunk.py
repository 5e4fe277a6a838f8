"""The residual blocks, at a quarter of the frame's size and at an eighth; always whole frames."""

import torch
from torch import Tensor, nn

from style_pipeline.errors import StyleError
from style_pipeline.style.native.layers import Layer, Made, Raw
from style_pipeline.style.native.maps import Geometry, Grid
from style_pipeline.style.native.passes import Passes
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
        middle = len(self._blocks) // 2
        made = contracted, self._passes.affine(last, [contracted])
        path = _Path(self._passes, made, geometry.quarter)
        for block in self._blocks[:middle]:
            path.follow(block)
        deep = _Path(self._passes, path.into(self._fall), geometry.eighth)
        for block in self._deep_blocks:
            deep.follow(block)
        path.add(deep.into(self._rise), geometry.risen)
        for block in self._blocks[middle:]:
            path.follow(block)
        return path.end()


class _Path:
    """A stream, and what was made last, which is added to it on the way into the next layer.

    ``first`` begins the stream, cut off below 0. The stream has the size of ``grid``.
    """

    def __init__(self, passes: Passes, first: Made, grid: Grid) -> None:
        self._passes, self._grid = passes, grid
        self._made, self._map = first, grid
        self._stream: Tensor | None = None

    def into(self, layer: Layer) -> Made:
        """What ``layer`` makes of the stream."""
        raw, self._stream = self._sum()
        return self._passes.through(raw, self._map, layer)

    def add(self, made: Made, by: Grid) -> None:
        """``made``, which ``by`` maps to the stream's size, is added."""
        self._made, self._map = made, by

    def follow(self, block: Block) -> None:
        """What two layers make of the stream is added to it."""
        first, second = block
        between = Raw(*self.into(first), relu=True)
        self.add(self._passes.through(between, self._grid, second), self._grid)

    def end(self) -> Tensor:
        """The stream, [H, W, C] float32."""
        raw, stream = self._sum()
        self._passes.normalised(raw, self._map)
        return stream

    def _sum(self) -> tuple[Raw, Tensor]:
        """What was made last, to be added, and the stream that then is."""
        pixels, affine = self._made
        stream = torch.empty(*self._grid.size, pixels.shape[2])
        start = self._stream is None
        return Raw(pixels, affine, relu=start, stream=self._stream, stream_out=stream), stream
