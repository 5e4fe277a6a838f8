"""Sources that are made once and copied for every test that paints them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from style_pipeline.stores import LocalStore
from style_pipeline_tests.sources import Source, make_source

SourceFactory = Callable[..., Source]


@pytest.fixture(scope="session")
def made_sources(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Source]]:
    """Sources by their parameters; equal requests share one folder."""
    made: dict[str, tuple[Path, Source]] = {}

    def make(**wishes: object) -> tuple[Path, Source]:
        request = repr(sorted(wishes.items()))
        if request not in made:
            folder = tmp_path_factory.mktemp("source")
            made[request] = folder, make_source(folder, **wishes)  # type: ignore[arg-type]
        return made[request]

    return make


@pytest.fixture
def source(made_sources: Callable[..., tuple[Path, Source]], tmp_path: Path) -> SourceFactory:
    """``source(frames=9, shard_frames=4)``: see :func:`make_source`; a copy for this test alone."""

    def make(**wishes: object) -> Source:
        folder, original = made_sources(**wishes)
        copy = tmp_path / f"copy{len(list(tmp_path.iterdir()))}"
        shutil.copytree(folder, copy)
        return Source(copy, LocalStore(copy), original.manifest, original.choice)

    return make
