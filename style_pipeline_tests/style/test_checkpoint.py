"""A checkpoint is loaded only if it is whole, ours, and the one that was asked for."""

import hashlib
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from style_pipeline.errors import CheckpointError
from style_pipeline.style import checkpoint
from style_pipeline.style.card import CheckpointCard, card_path
from style_pipeline_tests.checkpoints import tiny_checkpoint, tiny_network


def test_a_saved_network_paints_alike(tiny: tuple[Path, CheckpointCard]) -> None:
    path, card = tiny
    loaded, read = checkpoint.load(path, card.sha256)
    x, style = torch.rand(1, 3, 20, 24), torch.tensor([[0.0, 1.0]])
    assert read == card
    assert torch.equal(loaded(x, style), tiny_network()(x, style))


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert tiny_checkpoint(tmp_path / "a")[1] == tiny_checkpoint(tmp_path / "b")[1]


def test_refuses_another_sha256(tiny: tuple[Path, CheckpointCard]) -> None:
    with pytest.raises(CheckpointError, match="sha256"):
        checkpoint.load(tiny[0], "0" * 64)


def test_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        checkpoint.load(tmp_path / "none.safetensors", "0" * 64)


@pytest.mark.parametrize("damage", [lambda b: b[:-100], lambda b: b"", lambda b: pickle.dumps([1])])
def test_refuses_what_is_no_whole_safetensors_file(tmp_path: Path, damage) -> None:
    path, _ = tiny_checkpoint(tmp_path)
    content = damage(path.read_bytes())
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is not the network of its card"):
        checkpoint.load(path, hashlib.sha256(content).hexdigest())


def test_refuses_tensors_that_do_not_fit_the_card(tmp_path: Path) -> None:
    path, card = tiny_checkpoint(tmp_path)
    wrong = replace(card, architecture=card.architecture | {"width": 16})
    card_path(path).write_bytes(wrong.to_json())
    with pytest.raises(CheckpointError, match="is not the network of its card"):
        checkpoint.load(path, card.sha256)


def test_refuses_a_card_of_another_version(tmp_path: Path) -> None:
    path, card = tiny_checkpoint(tmp_path)
    card_path(path).write_bytes(replace(card, version=99).to_json())
    with pytest.raises(CheckpointError, match="another release"):
        checkpoint.load(path, card.sha256)
