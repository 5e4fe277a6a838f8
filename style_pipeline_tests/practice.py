"""What learning needs, made small: a thin VGG-16 with random weights, photographs, a painting."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from style_pipeline_tests.style.arbitrary import pictures

_CHANNELS = (
    *((0, 3, 6), (2, 6, 6), (5, 6, 8), (7, 8, 8), (10, 8, 8), (12, 8, 8), (14, 8, 8)),
    *((17, 8, 8), (19, 8, 8), (21, 8, 8)),
)
"""torchvision's number of each convolution, and how many channels it has here."""


def tiny_trunk(folder: Path) -> Path:
    """A trunk under torchvision's names that sees little, fast."""
    torch.manual_seed(3)
    weights = {}
    for number, inputs, outputs in _CHANNELS:
        weights[f"features.{number}.weight"] = torch.randn(outputs, inputs, 3, 3) / inputs**0.5 / 3
        weights[f"features.{number}.bias"] = torch.zeros(outputs)
    save_file(weights, folder / "trunk.safetensors")
    return folder / "trunk.safetensors"


def photographs(folder: Path) -> Path:
    """Four coloured clouds of 96x72."""
    folder.mkdir(exist_ok=True)
    chance = np.random.default_rng(5)
    for i in range(4):
        coarse = chance.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((96, 72), Image.Resampling.BICUBIC).save(folder / f"{i}.png")
    return folder


def painting(folder: Path, seed: int = 1) -> Path:
    """A picture with strokes."""
    path = folder / f"painting-{seed}.png"
    Image.fromarray(pictures.painting(seed=seed)).save(path)
    return path
