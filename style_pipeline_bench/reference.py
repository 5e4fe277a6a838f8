"""The way of the reference architecture, as its scripts go it, on CPU cores instead of GPUs.

JPEG frames in a folder, divided evenly beforehand among as many processes as there are cores; each
opens a frame, runs the network of Johnson et al. (ECCV 2016; 1.68 million parameters) on it in
eager PyTorch, and writes a JPEG. The weights are random, which costs the same.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

QUALITY = 95


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1) -> list[nn.Module]:
    """Mirrored edges, a convolution, instance normalisation."""
    return [
        nn.ReflectionPad2d(kernel // 2),
        nn.Conv2d(inputs, outputs, kernel, stride),
        nn.InstanceNorm2d(outputs, affine=True),
    ]


class Residual(nn.Module):
    """Two convolutions, added to their input."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(*convolution(128, 128, 3), nn.ReLU(), *convolution(128, 128, 3))

    def forward(self, x: Tensor) -> Tensor:
        added: Tensor = x + self.body(x)
        return added


def network() -> nn.Sequential:
    """Levels in, levels out, [N, 3, H, W] float; H and W multiples of 4."""
    torch.manual_seed(1)
    return nn.Sequential(
        *(*convolution(3, 32, 9), nn.ReLU()),
        *(*convolution(32, 64, 3, 2), nn.ReLU()),
        *(*convolution(64, 128, 3, 2), nn.ReLU()),
        *(Residual() for _ in range(5)),
        *(nn.Upsample(scale_factor=2), *convolution(128, 64, 3), nn.ReLU()),
        *(nn.Upsample(scale_factor=2), *convolution(64, 32, 3), nn.ReLU()),
        *(nn.ReflectionPad2d(4), nn.Conv2d(32, 3, 9)),
    ).eval()


@torch.no_grad()
def paint(sources: Sequence[Path], folder: Path) -> None:
    """One frame after the other, from file to file."""
    paint_one = network()
    for path in sources:
        pixels = np.asarray(Image.open(path).convert("RGB"))
        x = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()
        painted = paint_one(x)[0].clamp(0, 255).permute(1, 2, 0).to(torch.uint8).numpy()
        Image.fromarray(painted).save(folder / path.name, quality=QUALITY)


def main(source: str, target: str, rank: str, size: str) -> None:
    """``python -m style_pipeline_bench.reference FROM TO RANK SIZE``."""
    torch.set_num_threads(1)
    frames = sorted(Path(source).glob("*.jpg"))
    share = len(frames) // int(size)
    paint(frames[int(rank) * share : (int(rank) + 1) * share], Path(target))


if __name__ == "__main__":
    main(*sys.argv[1:])
