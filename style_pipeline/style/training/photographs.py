"""Photographs and paintings as tensors, and the random crops that training learns from."""

import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError
from torch import Tensor

from style_pipeline.errors import TrainingError
from style_pipeline.lesson import PHOTOGRAPHS
from style_pipeline.style import painting

Picture = Path | zipfile.Path

_VIEWS = (0.5, 2.4)
"""A crop shows this many times its own side: soft pictures and busy ones, as videos have both."""


class Photographs:
    """A folder or a zip of photographs; step s of seed k always sees the same crops of them."""

    def __init__(self, place: Path) -> None:
        folder = zipfile.Path(place) if place.suffix == ".zip" else place
        found = (p for p in folder.iterdir() if Path(p.name).suffix.lower() in PHOTOGRAPHS)
        self._paths: list[Picture] = sorted(found, key=lambda p: p.name)
        if not self._paths:
            raise TrainingError(f"no JPEG or PNG photographs in {place}")

    def crops(self, count: int, side: int, seed: int, step: int) -> Tensor:
        """[count, 3, side, side] RGB in [0, 1], mirrored at random."""
        chance = np.random.default_rng([seed, step])
        chosen = chance.integers(len(self._paths), size=count)
        return torch.stack([_crop(self._paths[i], side, chance) for i in chosen])


def _crop(path: Picture, side: int, chance: np.random.Generator) -> Tensor:
    picture = open_picture(path)
    short = min(picture.size)
    view = min(short, side * chance.uniform(*_VIEWS))
    left = chance.uniform(0, picture.width - view)
    top = chance.uniform(0, picture.height - view)
    box = (left, top, left + view, top + view)
    crop = picture.resize((side, side), Image.Resampling.BICUBIC, box=box)
    if chance.random() < 0.5:
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return to_tensor(crop)


def open_picture(path: Picture) -> Image.Image:
    """An RGB picture; raises TrainingError where the file is none."""
    try:
        with path.open("rb") as stream, Image.open(stream) as picture:
            return picture.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise TrainingError(f"{path} is not a picture that can be read: {error}") from error


def open_painting(path: Path, short_side: int) -> Tensor:
    """[1, 3, H, W] RGB in [0, 1], its shorter side brought to ``short_side`` pixels.

    Raises UnusablePainting where it shows no style.
    """
    picture = painting.open_painting(path)
    scale = short_side / min(picture.size)
    size = (round(picture.width * scale), round(picture.height * scale))
    return to_tensor(picture.resize(size, Image.Resampling.LANCZOS))[None]


def to_tensor(picture: Image.Image) -> Tensor:
    """A PIL picture as [3, H, W] float in [0, 1]."""
    return torch.from_numpy(np.asarray(picture, np.float32) / 255).permute(2, 0, 1).contiguous()


def to_picture(pixels: Tensor) -> Image.Image:
    """[3, H, W] float in [0, 1] as a PIL picture."""
    levels = (pixels.detach().permute(1, 2, 0) * 255).round().clamp(0, 255).byte()
    return Image.fromarray(np.ascontiguousarray(levels.numpy()))
