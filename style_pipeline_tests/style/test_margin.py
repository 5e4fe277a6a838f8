"""What lies beyond the right edge is painted, and cut off."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from style_pipeline.style import engine
from style_pipeline.style.margin import COLUMNS, MarginStrokes
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.strokes import TorchStrokes
from style_pipeline.style.stylizer import Workbench


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


@pytest.mark.parametrize("name", [engine.NATIVE, engine.TORCH])
def test_every_engine_paints_a_margin(name: str, kernel_folder: Path) -> None:
    torch.manual_seed(1)
    network = StyleNetwork(Architecture(), 1).eval()
    frame = np.random.default_rng(1).integers(0, 255, (40, 48, 3), np.uint8)
    wide = np.pad(frame, ((0, 0), (0, COLUMNS), (0, 0)), mode="edge")
    with torch.no_grad():
        wanted = TorchStrokes(network, torch.ones(1), "cpu").paint_levels(wide)[:, :-COLUMNS]
        painted = Workbench(engine=name, cache=kernel_folder).strokes(network).paint_levels(frame)
    assert np.abs(painted.astype(int) - wanted).max() <= 1
