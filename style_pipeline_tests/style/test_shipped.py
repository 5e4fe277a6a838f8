"""The shipped styles where a picture only moves, or only rustles: they may not come to flicker.

A network taught without the stability term flickers two and a half times as much here, or more.
"""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from style_pipeline.look import Look
from style_pipeline.quality.flicker import FlickerScore, Moment, flicker
from style_pipeline.style import catalogue
from style_pipeline.style.stylizer import open_trained
from style_pipeline_tests.clips import ffmpeg

Picture = NDArray[np.uint8]

WIDTH, HEIGHT, FRAMES = 320, 180, 5
USUAL = {
    "starry-night": (4.12, 3.83),
    "great-wave": (4.04, 3.02),
    "the-scream": (2.78, 1.64),
    "night-cafe": (2.82, 1.55),
    "wheat-field": (4.12, 3.67),
    "tahiti": (2.51, 0.55),
}
"""Flicker scores, in levels: of a pan by a pixel a frame, and of noise of 4 levels."""

TOLERANCE = 1.2


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    """[H, W, 3], with room to pan: fine and coarse, flat and busy at once."""
    path = tmp_path_factory.mktemp("picture") / "picture.rgb"
    width, height = WIDTH + 24, HEIGHT + 12
    made = ("-f", "lavfi", "-i", f"mandelbrot=s={width}x{height}", "-frames:v", "1")
    ffmpeg(["-y", *made, "-f", "rawvideo", "-pix_fmt", "rgb24", str(path)])
    return np.fromfile(path, np.uint8).reshape(height, width, 3)


@pytest.mark.parametrize("style", USUAL)
def test_a_shipped_style_does_not_come_to_flicker(style: str, picture: Picture) -> None:
    for clip, usual in zip((_panned(picture), _noisy(picture)), USUAL[style], strict=True):
        score = _score(style, clip)
        assert score.pairs == FRAMES - 1
        assert score.levels is not None
        assert score.levels < usual * TOLERANCE


def _score(style: str, clip: Sequence[Picture]) -> FlickerScore:
    shipped = [(catalogue.shipped_checkpoint(), catalogue.shipped_card().sha256)]
    paint = open_trained(shipped, Look.parse(style))
    return flicker([[Moment(frame, paint(frame)) for frame in clip]])


def _panned(picture: Picture) -> list[Picture]:
    """A pixel to the right for each frame, and one down for every second."""
    return [picture[n // 2 : n // 2 + HEIGHT, n : n + WIDTH].copy() for n in range(FRAMES)]


def _noisy(picture: Picture) -> list[Picture]:
    chance, still = np.random.default_rng(5), picture[:HEIGHT, :WIDTH]
    return [
        (still + chance.normal(0, 4, still.shape)).clip(0, 255).astype(np.uint8)
        for _ in range(FRAMES)
    ]
