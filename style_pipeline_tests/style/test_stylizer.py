"""Frames in, frames out."""

from pathlib import Path

import numpy as np
import pytest

from style_pipeline.errors import StyleError, UnknownStyle
from style_pipeline.style.card import CheckpointCard
from style_pipeline.style.stylizer import open_stylizer


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (241, 321)])
def test_same_size_and_same_bytes_every_time(
    tiny: tuple[Path, CheckpointCard], size: tuple[int, int]
) -> None:
    stylizer = open_stylizer(tiny[0], sha256=tiny[1].sha256, style="bold")
    frame = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    painted = stylizer(frame)
    assert painted.shape == frame.shape
    assert painted.dtype == np.uint8
    assert np.array_equal(painted, stylizer(frame))


def test_unknown_style_names_the_known(tiny: tuple[Path, CheckpointCard]) -> None:
    with pytest.raises(UnknownStyle, match="plain, bold"):
        open_stylizer(tiny[0], sha256=tiny[1].sha256, style="cubist")


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 4), (3, 8, 8)])
def test_refuses_what_is_no_frame(
    tiny: tuple[Path, CheckpointCard], shape: tuple[int, ...]
) -> None:
    stylizer = open_stylizer(tiny[0], sha256=tiny[1].sha256, style="bold")
    with pytest.raises(StyleError, match="uint8"):
        stylizer(np.zeros(shape, np.uint8))
