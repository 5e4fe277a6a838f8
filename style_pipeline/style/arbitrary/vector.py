"""What one network sees in a painting: its style in 100 numbers, taken once for each job."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from style_pipeline.document import Document
from style_pipeline.style.arbitrary.loading import load_predictor
from style_pipeline.style.arbitrary.networks import STYLE_NUMBERS
from style_pipeline.style.painting import open_painting

VERSION = 1

SIDE = 256
"""The predictor's view: the middle of the painting at 256 x 256, as in its training."""


@dataclass(frozen=True)
class StyleVector(Document):
    """The style of the painting with this sha256; kept as JSON, so that all ranks use the same."""

    painting_sha256: str
    numbers: tuple[float, ...]
    version: int = VERSION


@torch.no_grad()
def style_numbers(painting: Path, folder: Path | None = None) -> tuple[float, ...]:
    """The style of a painting in 100 numbers; the same file gives the same on one machine.

    ``folder`` holds the published weights; by default they are where the extra is installed.
    Raises UnusablePainting before any weight is read, and CheckpointError for missing weights.
    """
    pixels = _middle(open_painting(painting))
    numbers = load_predictor(folder)(pixels)[0].tolist()
    return tuple(numbers)


def _middle(painting: Image.Image) -> Tensor:
    """[1, 3, 256, 256] float RGB in [0, 1]."""
    square = ImageOps.fit(painting, (SIDE, SIDE), Image.Resampling.LANCZOS)
    return (torch.from_numpy(np.array(square)).float() / 255).permute(2, 0, 1)[None]


def is_style(numbers: Tensor) -> bool:
    """Whether these are 100 finite numbers."""
    return numbers.shape == (STYLE_NUMBERS,) and bool(numbers.isfinite().all())
