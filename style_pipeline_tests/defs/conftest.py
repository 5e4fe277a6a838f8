"""An installation of its own for each test: settings, a Dagster home, a store."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.defs.instance import embedded_instance
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store

STYLE, OTHER_STYLE = "starry-night", "great-wave"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One rank, small shards."""
    return Settings.from_environment(
        {"STYLE_PIPELINE_RANKS": "1", "STYLE_PIPELINE_SHARD_FRAMES": "5"}, tmp_path
    )


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """A real instance in its own Dagster home."""
    with embedded_instance(settings) as made:
        yield made


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    """The installation's store."""
    return open_store(settings.store_url)
