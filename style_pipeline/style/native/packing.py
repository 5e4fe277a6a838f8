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


@dataclass(frozen=True, eq=False)
class Packed:
    """Weights for AMX: [outputs / 16, inputs / depth, 9, depth / 2, 16, 2] bfloat16, depth <= 32.

    For AVX-512: [kernel, kernel, inputs, outputs] float32.
    """

    weights: Tensor
    kernel: int
    inputs: int
    outputs: int
    stride: int

    @classmethod
    def of(cls, weight: Tensor, stride: int) -> Self | None:
        """Of [outputs, inputs, kernel, kernel]; None where there is no order for them."""
        outputs, inputs, kernel, _ = weight.shape
        if weight.dtype == torch.float32 and outputs % _BREADTH == 0:
            packed = weight.permute(2, 3, 1, 0).contiguous()
        elif weight.dtype == torch.bfloat16 and kernel == 3 and inputs in _TILED_INPUTS:
            packed = _in_tiles(weight)
        else:
            return None
        return cls(packed, kernel, inputs, outputs, stride)

    def strip(self, width: int) -> tuple[int, int, int]:
        """Room for the input, ``width`` pixels wide, of the rows that are made at a time."""
        return (ROWS_AT_ONCE - 1) * self.stride + self.kernel, width, self.inputs


def _in_tiles(weight: Tensor) -> Tensor:
    outputs, inputs = weight.shape[:2]
    depth = min(inputs, _DEPTH)
    whole = functional.pad(weight, [0] * 7 + [-outputs % _BREADTH])
    split = whole.reshape(-1, _BREADTH, inputs // depth, depth // 2, 2, 9)
    return split.permute(0, 2, 5, 3, 1, 4).contiguous()
