"""One styled convolution at a time, and what is still to be done to what it made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional

from style_pipeline.errors import StyleError
from style_pipeline.style.native.maps import Grid, bands
from style_pipeline.style.native.packing import Packed
from style_pipeline.style.network import StyledConvolution

Affine = tuple[Tensor, Tensor]
"""What each channel is multiplied by, and what is then added, [C] each."""

Made = tuple[Tensor, Affine]
"""What a convolution made, [H, W, C], and the normalisation that has yet to be done to it."""

Rows = Callable[[int, int], Tensor]
"""Rows ``start`` to ``stop`` of a picture, [stop - start, W, C], made when they are asked for."""

_MOST_CHANNELS = 256


@dataclass(frozen=True)
class Raw:
    """``pixels``, [H, W, C], with all that is done to them on the way into the next layer.

    Scaled and shifted by ``affine``; cut off below 0 (``relu``); ``stream`` added, and the sum kept
    in ``stream_out``, both float32 and of the size of the picture that the pixels are mapped to.
    """

    pixels: Tensor
    affine: Affine
    relu: bool = False
    stream: Tensor | None = None
    stream_out: Tensor | None = None


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

    @cached_property
    def packed(self) -> Packed | None:
        """The weights for our own convolution, where it can do with them."""
        return Packed.of(self.weight, self.stride[0])

    def result_of(self, grid: Grid) -> tuple[int, int, int]:
        """Height, width and channels of what it makes of ``grid`` with its edges."""
        kernel, (down, across) = self.weight.shape[2], self.stride
        tall, wide = grid.with_edges
        return (tall - kernel) // down + 1, (wide - kernel) // across + 1, len(self.weight)

    def convolve(self, x: Tensor) -> Tensor:
        """[H, W, inputs], edges included, to [h, w, outputs]."""
        x = x.permute(2, 0, 1)[None]
        return functional.conv2d(x, self.weight, stride=self.stride)[0].permute(1, 2, 0)


def once(make: Rows, size: int, number_of_bands: int) -> Rows:
    """``make``, called a single time where the picture is one band."""
    if number_of_bands > 1:
        return make
    whole = make(0, size)
    return lambda _start, _stop: whole


def in_bands(rows: Rows, size: int, number_of_bands: int) -> Iterable[Tensor]:
    """All rows of a picture, band by band."""
    return (rows(start, stop) for start, stop in bands(size, number_of_bands))
