"""Weights of a convolution in the order in which ``convolution.cpp`` reads them."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

ROWS_AT_ONCE = 8
"""Rows of the result for which the input is made at a time, so that it stays in the cache."""

_TILED_INPUTS = (16, 32, 64)
_DEPTH, _BREADTH = 32, 16
_LARGEST_KERNEL = 5
"""As ``largest_kernel`` in ``lanes.h``."""


@dataclass(frozen=True, eq=False)
class Packed:
    """Weights for AMX: [outputs / 16, inputs / depth, 9, depth / 2, 16, 2] bfloat16, depth <= 32.

    For vectors of floats: [kernel, kernel, inputs, outputs] float32, or where it is ``minimal``
    [6 points, 3 rows, inputs, outputs rounded up to 16], by Winograd's F(4, 3) along rows.
    """

    weights: Tensor
    kernel: int
    inputs: int
    outputs: int
    stride: int
    minimal: bool

    @classmethod
    def of(cls, weight: Tensor, stride: int) -> Self | None:
        """Of [outputs, inputs, kernel, kernel]; None where there is no order for them."""
        outputs, inputs, kernel, _ = weight.shape
        plain = weight.dtype == torch.float32
        minimal = plain and kernel == 3 and stride == 1 and inputs % _BREADTH == 0
        if minimal:
            packed = _at_points(weight)
        elif plain and outputs % _BREADTH == 0 and kernel <= _LARGEST_KERNEL:
            packed = weight.permute(2, 3, 1, 0).contiguous()
        elif weight.dtype == torch.bfloat16 and kernel == 3 and inputs in _TILED_INPUTS:
            packed = _in_tiles(weight)
        else:
            return None
        return cls(packed, kernel, inputs, outputs, stride, minimal)

    def strip(self, width: int) -> tuple[int, int, int]:
        """Room for the input, ``width`` pixels wide, of the rows that are made at a time."""
        return (ROWS_AT_ONCE - 1) * self.stride + self.kernel, width, self.inputs


def _at_points(weight: Tensor) -> Tensor:
    """G g of Lavin and Gray (2015), arXiv:1509.09308, section 4.1, for each row of the kernels."""
    left, middle, right = weight.double().unbind(3)
    near, far = (left + right) / 6, left / 24 + right / 6
    rows = [left / 4, -near - middle / 6, -near + middle / 6, far + middle / 12, far - middle / 12]
    points = torch.stack([*rows, right]).permute(0, 3, 2, 1)
    return functional.pad(points, [0, -len(weight) % _BREADTH]).float().contiguous()


def _in_tiles(weight: Tensor) -> Tensor:
    outputs, inputs = weight.shape[:2]
    depth = min(inputs, _DEPTH)
    whole = functional.pad(weight, [0] * 7 + [-outputs % _BREADTH])
    split = whole.reshape(-1, _BREADTH, inputs // depth, depth // 2, 2, 9)
    return split.permute(0, 2, 5, 3, 1, 4).contiguous()
