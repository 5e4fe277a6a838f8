"""The door to ``kernels.cpp``: its passes as functions of contiguous tensors."""

import ctypes
from ctypes import POINTER, Structure, c_bool, c_float, c_int, c_int64, c_void_p
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from style_pipeline.errors import StyleError
from style_pipeline.style.native.maps import Grid, Map

_NAMES = {torch.float32: "float", torch.bfloat16: "half", torch.uint8: "levels"}


class _Map(Structure):
    _fields_ = (
        *((name, c_void_p) for name in ("first", "second", "share", "own")),
        ("length", c_int64),
        ("size", c_int64),
    )


_MAPS = (POINTER(_Map), POINTER(_Map))
_PAIR = (c_void_p, c_void_p)
_SIGNATURES: dict[str, tuple[type[Any], ...]] = {
    "pivot": (c_void_p, c_int, c_void_p),
    "statistics": (c_void_p, c_int64, c_int64, c_int, c_void_p, c_void_p),
    "affine": (*_PAIR, c_int64, c_int, *_PAIR, c_float, c_float, *_PAIR),
    "layer": (c_void_p, c_int, c_int64, *_MAPS, *_PAIR, c_bool, *_PAIR, c_void_p),
    "floats": (c_void_p, c_int64, *_MAPS, c_void_p),
    "smooth": (c_void_p, c_int64, c_int64, c_int64, c_void_p),
    "colours": (c_void_p, c_int64, c_int64, c_int64, *_PAIR, c_void_p),
}
_VARIANTS = {
    "pivot": ("float", "half"),
    "statistics": ("float", "half"),
    "affine": ("double",),
    "layer": ("float_float", "float_half", "half_half"),
    "floats": ("of_levels", "of_floats"),
    "smooth": ("float", "half"),
    "colours": ("as_levels", "as_floats"),
}


class Kernels:
    """The passes of a compiled library; raises StyleError where it is not theirs.

    Pictures are [H, W, C] float32 or bfloat16. Nothing here is checked again by the other side.
    """

    def __init__(self, library: Path) -> None:
        try:
            loaded = ctypes.CDLL(str(library))
            self._passes = {
                f"{name}_{variant}": loaded[f"{name}_{variant}"]
                for name, variants in _VARIANTS.items()
                for variant in variants
            }
        except (OSError, AttributeError) as error:
            raise StyleError(f"{library} does not hold the compiled kernels: {error}") from error
        for name, function in self._passes.items():
            function.argtypes = _SIGNATURES[name.partition("_")[0]]
            function.restype = None

    def _call(self, name: str, *arguments: object) -> None:
        self._passes[name](*map(_argument, arguments))

    def floats(self, frame: Tensor, grid: Grid, out: Tensor) -> None:
        """[H, W, 3] levels (uint8) or floats in [0, 1], to floats in [0, 1]."""
        name = "floats_of_levels" if frame.dtype == torch.uint8 else "floats_of_floats"
        self._call(name, frame, frame.shape[1], grid.rows, grid.columns, out)

    def pivot(self, x: Tensor, pivot: Tensor) -> None:
        """The first pixel of ``x``: a value near which the others are, for exact sums."""
        self._call(f"pivot_{_NAMES[x.dtype]}", x, x.shape[2], pivot)

    def statistics(self, x: Tensor, pivot: Tensor, sums: Tensor) -> None:
        """Add to ``sums`` [2, C] (float64) the sums, and of squares, of what is above ``pivot``."""
        self._call(f"statistics_{_NAMES[x.dtype]}", x, *x.shape, pivot, sums)

    def affine(
        self,
        sums: Tensor,
        pivot: Tensor,
        pixels: int,
        style: tuple[Tensor, Tensor],
        limits: tuple[float, float],
        out: tuple[Tensor, Tensor],
    ) -> None:
        """Scale and shift of an instance normalisation with gamma and beta (``style``).

        ``limits`` are its epsilon, and the variance up to which a channel counts as even.
        """
        self._call("affine_double", sums, pivot, pixels, len(pivot), *style, *limits, *out)

    def layer(
        self,
        x: Tensor,
        grid: Grid,
        affine: tuple[Tensor, Tensor],
        out: Tensor,
        *,
        relu: bool = False,
        stream: Tensor | None = None,
        stream_out: Tensor | None = None,
    ) -> None:
        """Scale and shift ``x``, then cut off below 0 (``relu``), then add ``stream``.

        The result goes to ``out``, and without its mirrored edges to ``stream_out`` (float32).
        """
        name = f"layer_{_NAMES[x.dtype]}_{_NAMES[out.dtype]}"
        maps, streams = (grid.rows, grid.columns), (stream, stream_out)
        self._call(name, x, x.shape[2], x.shape[1], *maps, *affine, relu, *streams, out)

    def smooth(self, x: Tensor, left: int, out: Tensor) -> None:
        """``out``: the first rows of 2x2 means of the sub-pixels in ``x`` [., W, 12].

        ``left`` rows of sub-pixels are left from here to the end of the picture, where they mirror.
        """
        self._call(f"smooth_{_NAMES[x.dtype]}", x, x.shape[1], len(out), left, out)

    def colours(self, x: Tensor, affine: tuple[Tensor, Tensor], out: Tensor) -> None:
        """Scale, shift and sigmoid of ``x`` [H, W, 3], as levels (uint8) or floats, cut to size."""
        name = "colours_as_levels" if out.dtype == torch.uint8 else "colours_as_floats"
        self._call(name, x, x.shape[1], *out.shape[:2], *affine, out)


def _argument(value: object) -> object:
    if isinstance(value, Tensor):
        return value.data_ptr()
    if isinstance(value, Map):
        parts = (value.first, value.second, value.share, value.own)
        return ctypes.byref(_Map(*map(_argument, parts), len(value.first), value.size))
    return value
