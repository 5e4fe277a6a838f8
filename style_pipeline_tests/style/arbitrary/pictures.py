"""A painting and a scene, drawn by formula: coloured, textured, and the same every time."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
_Floats = NDArray[np.float64]


def painting(width: int = 256, height: int = 256, seed: int = 1) -> Pixels:
    """[H, W, 3]: brush strokes that swirl, in three colours."""
    x, y = _grid(width, height)
    rng = np.random.default_rng(seed)
    angle = np.arctan2(y - 0.4, x - 0.6) * rng.integers(2, 5) + 9 * np.hypot(x - 0.6, y - 0.4)
    strokes = np.sin(40 * x + 6 * np.sin(angle)) * np.cos(33 * y + 5 * np.cos(angle))
    amounts = np.stack([np.sin(angle) ** 2, strokes**2, 0.5 + 0.5 * strokes], -1)
    return _pixels(amounts @ rng.uniform(0, 255, (3, 3)) / 2)


def scene(width: int, height: int) -> Pixels:
    """[H, W, 3]: a sky with clouds, a ball in it, and grass below."""
    x, y = _grid(width, height)
    clouds, grass = 25 * _clouds(width, height, 5), 60 * _clouds(width, height, 60)
    picture = np.stack([150 + 60 * y + clouds, 170 + 50 * x + clouds, 235 - 60 * y + clouds], -1)
    below = y > 0.65
    picture[below] = np.stack([60 + grass, 130 + grass, 40 + grass / 2], -1)[below]
    ball = np.hypot(x - 0.35, y - 0.5) < 0.25
    picture[ball] = np.stack([230 - 190 * x, 90 + 60 * y, 60 + clouds], -1)[ball]
    return _pixels(picture)


def _grid(width: int, height: int) -> tuple[_Floats, _Floats]:
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return x, y


def _clouds(width: int, height: int, cells: int) -> _Floats:
    """[H, W] noise around 0 whose coarsest lumps are 1 / ``cells`` of the picture."""
    rng = np.random.default_rng(cells)
    octaves = [
        Image.fromarray(rng.normal(0, 1, (cells * k, cells * k)).astype(np.float32)).resize(
            (width, height), Image.Resampling.BICUBIC
        )
        for k in (1, 2, 4)
    ]
    return np.sum([np.asarray(octave) / 2**i for i, octave in enumerate(octaves)], 0)


def _pixels(picture: _Floats) -> Pixels:
    return picture.clip(0, 255).round().astype(np.uint8)
