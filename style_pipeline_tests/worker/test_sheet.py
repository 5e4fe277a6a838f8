"""The program that paints a style sheet, in a store that adds styles of every kind."""

import json
from pathlib import Path

import pytest
from PIL import Image

from style_pipeline import layout, messages
from style_pipeline.job import Progress
from style_pipeline.stores import LocalStore
from style_pipeline.style import catalogue, gallery
from style_pipeline.style.card import card_path
from style_pipeline.style.sheet import LABEL_WIDTH
from style_pipeline.worker.sheet import main
from style_pipeline_tests.checkpoints import tiny_checkpoint
from style_pipeline_tests.sources import picture


def saved(path: Path, number: int) -> Path:
    Image.fromarray(picture(number, 64, 48)).save(path)
    return path


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A learnt style with its painting, one painted at once, and one that is damaged."""
    made = LocalStore(tmp_path / "store")
    gallery.hang(made, "bold", saved(tmp_path / "painting.png", 3))
    path, _ = tiny_checkpoint(tmp_path)
    key = layout.style_checkpoint_key("bold")
    made.upload(path, key)
    made.upload(card_path(path), str(card_path(Path(key))))
    gallery.hang(made, "fresh", saved(tmp_path / "painting.png", 9))
    made.upload(b"no checkpoint", layout.style_checkpoint_key("broken"))
    return made


def test_every_style_has_a_row(
    store: LocalStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    frames = [str(saved(tmp_path / f"frame-{i}.png", 20 * i)) for i in range(2)]
    target = tmp_path / "sheet.png"
    assert main(["--store", store.url, "--out", str(target), *frames]) == 0

    *told, last = capsys.readouterr().out.splitlines()
    (left_out,) = (line for line in told if not line.startswith("{"))
    assert left_out.startswith("left out: broken: ")
    progress = messages.unwrap(json.loads(last))
    names = catalogue.offers(store)
    assert isinstance(progress, Progress)
    assert progress.frames_done == progress.frames_total == 2 * len(names)
    assert {"bold", "fresh", "great-wave"} <= set(names)
    with Image.open(target) as sheet:
        # two pictures of 40x30 pixels; labels may be higher than they are
        assert sheet.width == LABEL_WIDTH + 2 * (40 + 8)


def test_a_picture_that_is_none(
    store: LocalStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bad := tmp_path / "x.jpg").write_bytes(b"words")
    assert main(["--store", store.url, "--out", str(tmp_path / "sheet.png"), str(bad)]) == 2
    assert capsys.readouterr().out.startswith("error: x.jpg is not a picture")
    assert not (tmp_path / "sheet.png").exists()
