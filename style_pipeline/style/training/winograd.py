"""3x3 convolutions of frozen weights with a quarter of the products, for CPUs with AVX2 alone.

Winograd's minimal filtering F(4x4, 3x3), as in Lavin and Gray, Fast Algorithms for Convolutional
Neural Networks (2015), arXiv:1509.09308: windows of 6x6 pixels and the weights are brought to 36
points, where a convolution is one product of matrices for each, and back to tiles of 4x4. Equal to
a plain convolution within 1 part in 50,000 of the largest value in float32.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from style_pipeline.style.engine import cpu_flags

_TILE, _WINDOW = 4, 6
# fmt: off
_PIXELS_TO_POINTS = (
    (4, 0, -5, 0, 1, 0), (0, -4, -4, 1, 1, 0), (0, 4, -4, -1, 1, 0),
    (0, -2, -1, 2, 1, 0), (0, 2, -1, -2, 1, 0), (0, 4, 0, -5, 0, 1),
)
_WEIGHTS_TO_POINTS_BY_24 = (
    (6, 0, 0), (-4, -4, -4), (-4, 4, -4), (1, 2, 4), (1, -2, 4), (0, 0, 24),
)
_POINTS_TO_PIXELS = (
    (1, 1, 1, 1, 1, 0), (0, 1, -1, 2, -2, 0), (0, 1, 1, 4, 4, 0), (0, 1, -1, 8, -8, 1),
)
# fmt: on
_AT_ONCE = 1 << 21
"""Numbers: what is at the points fits a CPU's cache."""

_FEWEST_CHANNELS = 128
"""With fewer, the way to the points and back costs what is saved."""


def fits(flags: frozenset[str]) -> bool:
    """Whether a CPU with these flags is one for which this has been measured to be faster."""
    return "avx2" in flags and "avx512f" not in flags


class FrozenConvolution(nn.Conv2d):
    """A 3x3 convolution, zeros around, whose weights do not change; its input may learn.

    ``minimal``: whether it goes to the points where its input is float32 on a CPU.
    """

    _points: tuple[Tensor, Tensor] | None = None

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """``weight``: [outputs, inputs, 3, 3]; ``bias``: [outputs]."""
        super().__init__(weight.shape[1], weight.shape[0], 3, padding=1)
        self.load_state_dict({"weight": weight, "bias": bias})
        self.requires_grad_(False)
        wide = min(self.in_channels, self.out_channels) >= _FEWEST_CHANNELS
        self.minimal = wide and fits(cpu_flags())

    def forward(self, x: Tensor) -> Tensor:
        """[N, inputs, H, W] to [N, outputs, H, W]; best in channels_last."""
        mixed = torch.is_autocast_enabled(x.device.type)
        if not self.minimal or mixed or x.device.type != "cpu":
            return super().forward(x)
        if self._points is None:
            self._points = at_points(self.weight), at_points(backward_weight(self.weight))
        made: Tensor = Convolution.apply(x, *self._points)  # type: ignore[no-untyped-call]
        return made.add_(self.bias[:, None, None])  # type: ignore[index]


class Convolution(torch.autograd.Function):
    """[N, C, H, W] by weights [36, C, K] at the points; the others are its derivative's."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weights: Tensor, backward_weights: Tensor) -> Tensor:
        ctx.save_for_backward(backward_weights)
        return _convolved(x, weights)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None]:
        return _convolved(slopes[0], *ctx.saved_tensors), None, None


def backward_weight(weight: Tensor) -> Tensor:
    """The weights that carry a convolution's slope back to its input."""
    return weight.flip(2, 3).transpose(0, 1)


def at_points(weight: Tensor) -> Tensor:
    """[K, C, 3, 3] to [36, C, K]."""
    matrix = torch.tensor(_WEIGHTS_TO_POINTS_BY_24, dtype=torch.float64) / 24
    points = torch.einsum("ai,bj,kcij->abck", matrix, matrix, weight.double())
    return points.flatten(0, 1).to(weight.dtype).contiguous()


def _convolved(x: Tensor, weights: Tensor) -> Tensor:
    height, width = x.shape[2:]
    down, across = -(-height // _TILE), -(-width // _TILE)
    size = _TILE * down, _TILE * across
    room = (0, 0, 1, size[1] + 1 - width, 1, size[0] + 1 - height)
    padded = functional.pad(x.permute(0, 2, 3, 1), room)
    windows = padded.unfold(1, _WINDOW, _TILE).unfold(2, _WINDOW, _TILE)
    outputs = weights.shape[2]
    made = torch.empty(len(x), outputs, *size, dtype=x.dtype, memory_format=torch.channels_last)
    tiles = made.permute(0, 2, 3, 1).view(len(x), down, _TILE, across, _TILE, outputs)
    rows = _rows(down, _WINDOW**2 * across * max(x.shape[1], outputs))
    for image, place in zip(windows, tiles, strict=True):
        for strip, there in zip(image.split(rows), place.split(rows), strict=True):
            there.copy_(_strip(strip, weights))
    if size == (height, width):
        return made
    return made[:, :, :height, :width].clone(memory_format=torch.channels_last)


def _strip(windows: Tensor, weights: Tensor) -> Tensor:
    """Windows [rows, across, C, 6, 6] to tiles [rows, 4, across, 4, K]."""
    rows, across, inputs = windows.shape[:3]
    pixels = windows.permute(3, 4, 0, 1, 2).reshape(_WINDOW**2, -1)
    points = (_both_ways(_PIXELS_TO_POINTS, pixels) @ pixels).view(_WINDOW**2, -1, inputs)
    products = (points @ weights).view(_WINDOW**2, -1)
    tiles = _both_ways(_POINTS_TO_PIXELS, pixels) @ products
    return tiles.view(_TILE, _TILE, rows, across, -1).permute(2, 0, 3, 1, 4)


def _rows(down: int, numbers: int) -> int:
    """Rows of tiles in a strip, all strips alike; ``numbers`` are at the points of a row."""
    strips = -(-down * numbers // _AT_ONCE)
    return -(-down // min(strips, down))


def _both_ways(matrix: tuple[tuple[int, ...], ...], like: Tensor) -> Tensor:
    """For columns and for rows at once."""
    one = torch.tensor(matrix, dtype=like.dtype)
    return torch.kron(one, one)
