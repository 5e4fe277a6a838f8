"""Pictures whose motion, noise and light are known."""

from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray

from style_pipeline.quality.flicker import Moment
from style_pipeline.quality.motion import Picture

WIDTH, HEIGHT = 160, 120
STEP = (3, 2)
"""Pixels by which the camera moves from frame to frame."""


def texture(seed: int = 0, margin: int = 64) -> NDArray[np.float64]:
    """Smooth blots, [H + margin, W + margin, 3], levels 60 to 190: noise below stays unclipped."""
    shape = (HEIGHT + margin, WIDTH + margin, 3)
    noise = np.fft.fft2(np.random.default_rng(seed).normal(size=shape), axes=(0, 1))
    rows, columns = (np.fft.fftfreq(length)[:, None] for length in shape[:2])
    low_pass = np.exp(-((rows**2)[..., None] + (columns**2)[None]) * 2 * (pi * 2.5) ** 2)
    blots = np.fft.ifft2(noise * low_pass, axes=(0, 1)).real
    low, high = blots.min(), blots.max()
    return np.asarray(60 + 130 * (blots - low) / (high - low))


def moving(canvas: NDArray[np.float64], frames: int) -> list[NDArray[np.float64]]:
    """A camera that moves over ``canvas`` by STEP."""
    across, down = STEP
    return [
        canvas[down * i : down * i + HEIGHT, across * i : across * i + WIDTH] for i in range(frames)
    ]


def noisy(pictures: list[NDArray[np.float64]], deviation: float, seed: int = 1) -> list[Picture]:
    """``pictures`` with noise of their own on each, normally distributed."""
    rng = np.random.default_rng(seed)
    return [levels(picture + rng.normal(0, deviation, picture.shape)) for picture in pictures]


def noise_difference(deviation: float) -> float:
    """The mean absolute difference of two pictures of such noise: 2 / sqrt(pi) deviations."""
    return 2 / sqrt(pi) * deviation


def levels(picture: NDArray[np.float64]) -> Picture:
    """Rounded to 8 bits."""
    return picture.round().clip(0, 255).astype(np.uint8)


def moments(source: list[Picture], painted: list[Picture]) -> list[Moment]:
    """Frame by frame."""
    return [Moment(*pair) for pair in zip(source, painted, strict=True)]
