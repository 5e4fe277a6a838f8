"""A painting's style: what it is, that it is kept exactly, and what is refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from style_pipeline.errors import CheckpointError, ManifestError, UnusablePainting
from style_pipeline.style.arbitrary.vector import SIDE, StyleVector, is_style, style_numbers
from style_pipeline_tests.style.arbitrary import pictures, reference


@pytest.fixture(scope="module")
def painting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("painting") / "painting.png"
    Image.fromarray(pictures.painting()).save(path)
    return path


def test_a_style_is_what_onnx_runtime_sees_and_survives_json(painting: Path) -> None:
    numbers = style_numbers(painting)
    assert np.abs(np.array(numbers) - reference.style(pictures.painting())).max() < 1e-4
    vector = StyleVector("0" * 64, numbers)
    assert StyleVector.from_json(vector.to_json()).numbers == numbers == style_numbers(painting)


def test_the_middle_square_is_what_is_seen(painting: Path, tmp_path: Path) -> None:
    wide = np.zeros((SIDE, 3 * SIDE, 3), np.uint8)
    wide[:, SIDE : 2 * SIDE] = pictures.painting()
    Image.fromarray(wide).save(tmp_path / "wide.png")
    assert style_numbers(tmp_path / "wide.png") == pytest.approx(style_numbers(painting), abs=1e-4)


def test_the_painting_is_judged_before_weights_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "painting.jpg").write_bytes(b"no picture")
    with pytest.raises(UnusablePainting):
        style_numbers(tmp_path / "painting.jpg", folder=tmp_path)


def test_weights_elsewhere(painting: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"arbitrary_predict\.onnx"):
        style_numbers(painting, folder=tmp_path)


def test_damaged_json_is_refused() -> None:
    with pytest.raises(ManifestError):
        StyleVector.from_json(b'{"numbers": ["one"], "painting_sha256": "", "version": 1}')


@pytest.mark.parametrize("count", [0, 99, 101])
def test_a_style_has_100_numbers(count: int) -> None:
    assert is_style(torch.zeros(100))
    assert not is_style(torch.zeros(count))
    assert not is_style(torch.full((100,), float("nan")))
