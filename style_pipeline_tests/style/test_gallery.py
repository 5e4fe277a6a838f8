"""Paintings hung in the store: checked first, found again, replaced as a whole."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from style_pipeline.errors import ConfigurationError, UnusablePainting
from style_pipeline.look import check_style_name
from style_pipeline.stores import LocalStore
from style_pipeline.style import gallery
from style_pipeline_tests.style.arbitrary import pictures


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def painting(path: Path, seed: int = 1) -> Path:
    Image.fromarray(pictures.painting(seed=seed)).save(path)
    return path


def keys(store: LocalStore) -> list[str]:
    return [found.key for found in store.list()]


def test_a_painting_is_kept_as_it_is(store: LocalStore, tmp_path: Path) -> None:
    path = painting(tmp_path / "p.PNG")
    key = gallery.hang(store, "mine", path)
    assert key == "styles/mine/painting.png"
    assert store.read_bytes(key) == path.read_bytes()


def test_another_painting_takes_what_was_learnt_with_it(store: LocalStore, tmp_path: Path) -> None:
    gallery.hang(store, "mine", painting(tmp_path / "p.png"))
    store.upload(b"learnt", "styles/mine/checkpoint.safetensors")
    gallery.hang(store, "mine", tmp_path / "p.png")
    assert "styles/mine/checkpoint.safetensors" in keys(store)
    gallery.hang(store, "mine", painting(tmp_path / "other.jpg", seed=2))
    assert keys(store) == ["styles/mine/painting.jpg"]


@pytest.mark.parametrize("name", ["great-wave", "Mine", "a|b", "../x", "", "strength", "a" * 61])
def test_names_that_cannot_be(store: LocalStore, tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError):
        gallery.hang(store, name, painting(tmp_path / "p.png"))
    assert keys(store) == []


def test_what_shows_no_style_is_refused_before_anything_is_changed(
    store: LocalStore, tmp_path: Path
) -> None:
    gallery.hang(store, "mine", painting(tmp_path / "p.png"))
    plain = tmp_path / "plain.png"
    Image.fromarray(np.full((99, 99, 3), 7, np.uint8)).save(plain)
    (tmp_path / "notes.txt").write_text("no picture")
    for path in (plain, tmp_path / "notes.txt", tmp_path / "nowhere.png"):
        with pytest.raises(UnusablePainting):
            gallery.hang(store, "mine", path)
    assert keys(store) == ["styles/mine/painting.png"]


@pytest.mark.parametrize("stem", ["Été à la mer", "(_)", "x" * 90, "日本"])
def test_a_painting_without_a_name_gets_one(tmp_path: Path, stem: str) -> None:
    name = gallery.name_for(painting(tmp_path / f"{stem}.png"))
    assert check_style_name(name) == name
    assert re.search("-[0-9a-f]{8}$", name)
    assert name != gallery.name_for(painting(tmp_path / f"{stem}.png", seed=2))
