"""Frames in, frames out, in the look that was asked for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from style_pipeline.errors import CheckpointError, StyleError, UnknownStyle
from style_pipeline.look import Look
from style_pipeline.style.card import CheckpointCard
from style_pipeline.style.engine import ENGINES
from style_pipeline.style.stylizer import Stylizer, Workbench, open_any, open_trained
from style_pipeline_tests.style.arbitrary import pictures

Open = Callable[[str], Stylizer]
LUMA = np.array([0.2126, 0.7152, 0.0722])


@pytest.fixture(params=ENGINES)
def opened(
    tiny: tuple[Path, CheckpointCard], kernel_folder: Path, request: pytest.FixtureRequest
) -> Open:
    """``opened(slug)``: the tiny checkpoint's stylizer for a look."""
    workbench = Workbench(engine=request.param, cache=kernel_folder)

    def open_look(slug: str) -> Stylizer:
        look = Look.parse(slug)
        return open_trained([(tiny[0], tiny[1].sha256)] * len(look.blend), look, workbench)

    return open_look


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(np.int16) - other).mean())


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (241, 321)])
@pytest.mark.parametrize("slug", ["bold", "bold.colours.scale_30.strength_70"])
def test_same_size_and_same_bytes_every_time(
    opened: Open, slug: str, size: tuple[int, int]
) -> None:
    frame = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    stylizer = opened(slug)
    painted = stylizer(frame)
    assert painted.shape == frame.shape
    assert painted.dtype == np.uint8
    assert np.array_equal(painted, stylizer(frame))
    assert np.array_equal(painted, opened(slug)(frame))


@pytest.mark.parametrize("slug", ["bold.strength_0", "bold.colours.scale_50.strength_0"])
def test_strength_0_is_the_source(opened: Open, slug: str) -> None:
    scene = pictures.scene(90, 61)
    assert np.array_equal(opened(slug)(scene), scene)


def test_every_step_of_strength_moves_further_from_the_source(opened: Open) -> None:
    scene = pictures.scene(96, 64)
    moved = [
        distance(opened(f"bold.strength_{percent}")(scene), scene)
        for percent in (0, 20, 40, 60, 80, 100)
    ]
    assert moved == sorted(moved)
    assert moved[0] == 0
    assert moved[2] == pytest.approx(0.4 * moved[-1], rel=0.05)


def test_a_blend_lies_between_its_styles(opened: Open) -> None:
    scene = pictures.scene(96, 64)
    bold, plain = opened("bold")(scene), opened("plain")(scene)
    blends = [opened(f"bold_{p}.plain_{100 - p}")(scene) for p in (10, 50, 90)]
    assert [distance(b, bold) for b in blends] == sorted(
        (distance(b, bold) for b in blends), reverse=True
    )
    assert [distance(b, plain) for b in blends] == sorted(distance(b, plain) for b in blends)
    assert max(distance(blends[0], plain), distance(blends[2], bold)) < distance(bold, plain)


def test_kept_colours_differ_from_the_source_in_luma_alone(opened: Open) -> None:
    grey = np.full((32, 32, 3), 128, np.uint8)
    grey[8:24, 8:24] = 90
    painted = opened("bold.colours")(grey)
    assert distance(painted, grey) > 1
    assert np.ptp(painted, axis=2).max() <= 1
    full = opened("bold")(grey)
    assert np.abs(painted @ LUMA - full @ LUMA).mean() < 2


def test_unknown_style_names_the_known(tiny: tuple[Path, CheckpointCard]) -> None:
    with pytest.raises(UnknownStyle, match="plain, bold"):
        open_trained([(tiny[0], tiny[1].sha256)], Look.parse("cubist"))


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 4), (3, 8, 8)])
def test_refuses_what_is_no_frame(opened: Open, shape: tuple[int, ...]) -> None:
    with pytest.raises(StyleError, match="uint8"):
        opened("bold")(np.zeros(shape, np.uint8))


def test_refuses_what_is_no_style(tmp_path: Path) -> None:
    with pytest.raises(StyleError, match="100 finite numbers"):
        open_any([[0.0] * 99], Look.parse("painting"))
    with pytest.raises(CheckpointError, match=r"arbitrary_transform\.onnx"):
        open_any([[0.0] * 100], Look.parse("painting"), folder=tmp_path)


def test_a_blend_of_paintings_lies_between_them() -> None:
    scene = pictures.scene(96, 64)
    chance = np.random.default_rng(4)
    one, other = (chance.normal(0, 1, 100).tolist() for _ in range(2))
    a = open_any([one], Look.parse("a"))(scene)
    b = open_any([other], Look.parse("b"))(scene)
    mixed = open_any([one, other], Look.parse("a_50.b_50"))(scene)
    assert max(distance(mixed, a), distance(mixed, b)) < distance(a, b)
