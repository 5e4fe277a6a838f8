"""The door to the compiled kernels: their passes as functions of contiguous tensors."""

import ctypes
from ctypes import POINTER, Structure, c_bool, c_float, c_int, c_int64, c_void_p
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from style_pipeline.errors import StyleError
from style_pipeline.style.native.layers import Raw
from style_pipeline.style.native.maps import Grid, Map
from style_pipeline.style.native.packing import ROWS_AT_ONCE, Packed

_STRUCTURES_KEPT = 64
_NAMES = {torch.float32: "float", torch.bfloat16: "half", torch.uint8: "levels"}
_NUMBERS = ("kernel", "inputs", "outputs", "stride", "minimal")


class _Map(Structure):
    _fields_ = (
        *((name, c_void_p) for name in ("first", "second", "share", "own")),
        ("length", c_int64),
        ("size", c_int64),
    )


class _Convolution(Structure):
    _fields_ = (
        ("weights", c_void_p),
        *((name, c_int64) for name in _NUMBERS),
    )


_MAPS = (POINTER(_Map), POINTER(_Map))
_PAIR = (c_void_p, c_void_p)
_STRIPS = (POINTER(_Convolution), c_int64, c_void_p, *_PAIR, c_void_p)
_SIGNATURES: dict[str, tuple[type[Any], ...]] = {
    "pivot": (c_void_p, c_int, c_void_p),
    "statistics": (c_void_p, c_int64, c_int64, c_int, c_void_p, c_void_p),
    "affine": (*_PAIR, c_int64, c_int, *_PAIR, c_float, c_float, *_PAIR),
    "layer": (c_void_p, c_int, c_int64, *_MAPS, *_PAIR, c_bool, *_PAIR, c_void_p),
    "convolved": (c_void_p, c_int64, *_MAPS, *_PAIR, c_bool, *_PAIR, *_STRIPS),
    "frame": (c_void_p, c_int64, *_MAPS, *_STRIPS),
    "floats": (c_void_p, c_int64, *_MAPS, c_void_p),
    "smooth": (c_void_p, c_int64, c_int64, c_int64, c_void_p),
    "colours": (c_void_p, c_int64, c_int64, c_int64, *_PAIR, c_void_p),
}
_VARIANTS = {
    "pivot": ("float", "half"),
    "statistics": ("float", "half"),
    "affine": ("double",),
    "layer": ("float_float", "float_half", "half_half"),
    "convolved": ("float_float", "float_half", "half_half"),
    "frame": ("of_levels", "of_floats"),
    "floats": ("of_levels", "of_floats"),
    "smooth": ("float", "half"),
    "colours": ("as_levels", "as_floats"),
}


class Kernels:
    """The passes of a compiled library; raises StyleError where it is not theirs.

    Pictures are [H, W, C] float32 or bfloat16. Nothing here is checked again by the other side.
    ``convolves`` says for which values this machine has :meth:`convolved` and :meth:`frame`.
    """

    def __init__(self, library: Path) -> None:
        try:
            loaded = ctypes.CDLL(str(library))
            self._passes = {
                f"{name}_{variant}": loaded[f"{name}_{variant}"]
                for name, variants in _VARIANTS.items()
                for variant in variants
            }
            self.convolves = {
                dtype: bool(loaded[f"convolves_{_NAMES[dtype]}"]())
                for dtype in (torch.float32, torch.bfloat16)
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

    def layer(self, raw: Raw, grid: Grid, out: Tensor) -> None:
        """What is still to be done to ``raw``; ``out`` has mirrored edges, its stream none."""
        x = raw.pixels
        name = f"layer_{_NAMES[x.dtype]}_{_NAMES[out.dtype]}"
        self._call(name, x, x.shape[2], *_before(raw, grid), out)

    def convolved(
        self,
        raw: Raw,
        grid: Grid,
        following: Packed,
        strip: Tensor,
        moments: tuple[Tensor | None, Tensor | None],
        out: Tensor,
    ) -> None:
        """What ``following`` makes of what :meth:`layer` would, which passes through ``strip``.

        The first pixel of ``out`` goes to the first of ``moments``, its sums as in
        :meth:`statistics` to the second, or neither.
        """
        x = raw.pixels
        name = f"convolved_{_NAMES[x.dtype]}_{_NAMES[out.dtype]}"
        after = (following, ROWS_AT_ONCE, strip, *moments, out)
        self._call(name, x, *_before(raw, grid), *after)

    def frame(
        self,
        frame: Tensor,
        grid: Grid,
        following: Packed,
        strip: Tensor,
        moments: tuple[Tensor | None, Tensor | None],
        out: Tensor,
    ) -> None:
        """What ``following`` makes of what :meth:`floats` would; else as :meth:`convolved`."""
        name = "frame_of_levels" if frame.dtype == torch.uint8 else "frame_of_floats"
        after = (following, ROWS_AT_ONCE, strip, *moments, out)
        self._call(name, frame, frame.shape[1], grid.rows, grid.columns, *after)

    def smooth(self, x: Tensor, left: int, out: Tensor) -> None:
        """``out``: the first rows of 2x2 means of the sub-pixels in ``x`` [., W, 12].

        ``left`` rows of sub-pixels are left from here to the end of the picture, where they mirror.
        """
        self._call(f"smooth_{_NAMES[x.dtype]}", x, x.shape[1], len(out), left, out)

    def colours(self, x: Tensor, affine: tuple[Tensor, Tensor], out: Tensor) -> None:
        """Scale, shift and sigmoid of ``x`` [H, W, 3], as levels (uint8) or floats, cut to size."""
        name = "colours_as_levels" if out.dtype == torch.uint8 else "colours_as_floats"
        self._call(name, x, x.shape[1], *out.shape[:2], *affine, out)


def _before(raw: Raw, grid: Grid) -> tuple[object, ...]:
    """What both of the passes are told that begin with a normalisation."""
    streams, maps = (raw.stream, raw.stream_out), (grid.rows, grid.columns)
    return raw.pixels.shape[1], *maps, *raw.affine, raw.relu, *streams


def _argument(value: object) -> object:
    if isinstance(value, Tensor):
        return value.data_ptr()
    if isinstance(value, Map | Packed):
        return ctypes.byref(_structure(value))
    return value


@lru_cache(_STRUCTURES_KEPT)
def _structure(value: Map | Packed) -> Structure:
    if isinstance(value, Map):
        parts = (value.first, value.second, value.share, value.own)
        return _Map(*map(_argument, parts), len(value.first), value.size)
    numbers = (int(getattr(value, name)) for name in _NUMBERS)
    return _Convolution(value.weights.data_ptr(), *numbers)
