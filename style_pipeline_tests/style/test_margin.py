"""What lies beyond the right edge is painted, and cut off."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from style_pipeline.style.margin import COLUMNS, MarginStrokes


class Strip:
    """Paints nothing but a strip along the right edge, as the network might."""

    device = torch.device("cpu")

    def __init__(self) -> None:
        self.notes: list[str] = ["a note"]

    def paint(self, source: Tensor) -> Tensor:
        painted = source.clone()
        painted[..., -COLUMNS:] = 1
        return painted

    def paint_levels(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        painted = frame.copy()
        painted[:, -COLUMNS:] = 255
        return painted


def test_the_strip_is_gone_and_nothing_else() -> None:
    strokes = MarginStrokes(Strip())
    frame = np.random.default_rng(1).integers(0, 255, (5, 7, 3), np.uint8)
    assert np.array_equal(strokes.paint_levels(frame), frame)
    source = torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(1))
    assert torch.equal(strokes.paint(source), source)
    assert strokes.notes == ["a note"]
