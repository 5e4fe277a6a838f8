"""Fixtures for every test: clips and a storage emulator that last as long as the session."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from style_pipeline.settings import STORE_CONNECTION_STRING
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline_tests.azurite import Azurite, running
from style_pipeline_tests.clips import make_clip

BACK_ENDS = ("local", "azure")

ClipFactory = Callable[..., Path]

# ONNX Runtime, which the tests compare with, would otherwise report to its makers.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> ClipFactory:
    """``clip("name.mp4", frames=12, ...)``: see :func:`make_clip`; like requests share a file."""
    made: dict[str, Path] = {}

    def make(name: str = "clip.mp4", **wishes: Any) -> Path:
        request = repr((name, sorted(wishes.items())))
        if request not in made:
            made[request] = make_clip(tmp_path_factory.mktemp("clip") / name, **wishes)
        return made[request]

    return make


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    """Azurite, started for the first test that asks for it."""
    with running(tmp_path_factory.mktemp("azurite")) as emulator:
        yield emulator


@pytest.fixture(params=BACK_ENDS)
def store(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> MediaStore:
    """An empty store of each kind."""
    if request.param == "local":
        return open_store((tmp_path / "store").as_uri())
    azurite: Azurite = request.getfixturevalue("azurite")
    monkeypatch.setenv(STORE_CONNECTION_STRING, azurite.connection_string())
    return open_store(azurite.url(azurite.new_container().container_name))
