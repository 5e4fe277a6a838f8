"""The sources that the worker's tests use, and a Dagster instance of their own."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline_tests.worker.conftest import made_sources, source

__all__ = ["made_sources", "source"]


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """A real instance, with its event log, in a folder of its own."""
    home = tmp_path / "dagster"
    home.mkdir()
    with dg.DagsterInstance.local_temp(str(home)) as instance:
        yield instance
