"""The sources that the worker's tests use, a lesson, and a Dagster instance of their own."""

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.lesson import ONE_STYLE, Lesson, Pinned, Stage
from style_pipeline.store import MediaStore
from style_pipeline.stores import LocalStore
from style_pipeline.style import catalogue, gallery
from style_pipeline_tests.practice import painting, photographs, tiny_trunk
from style_pipeline_tests.worker.conftest import made_sources, source

__all__ = ["made_sources", "source"]

RECIPE = replace(ONE_STYLE, stages=(Stage(8, 64, 1),), save_every=4, bfloat16=False)


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A real instance, with its event log, in a folder of its own."""
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        yield instance


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """Where lessons lie."""
    return LocalStore(tmp_path / "store")


@pytest.fixture
def lesson(store: LocalStore, tmp_path: Path) -> Lesson:
    """A short one, whose painting and materials lie in ``store``."""
    key = gallery.hang(store, "mine", painting(tmp_path))
    archive = tmp_path / "photographs.zip"
    _zip(photographs(tmp_path / "photos"), archive)
    return Lesson(
        style="mine",
        run_id="run",
        painting=_pinned(store, tmp_path / "painting-1.png", key),
        trunk=_pinned(store, tiny_trunk(tmp_path), "work/training/trunk.safetensors"),
        photographs=_pinned(store, archive, "work/training/photographs.zip"),
        base=catalogue.shipped_card().sha256,
        recipe=RECIPE,
    )


def _pinned(store: MediaStore, path: Path, key: str) -> Pinned:
    store.upload(path, key)
    return Pinned(key, hashlib.sha256(path.read_bytes()).hexdigest())


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
