"""Every back end of the store contract, as one parametrised fixture."""

from pathlib import Path

import pytest

from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store

BACK_ENDS = ("local",)


@pytest.fixture(params=BACK_ENDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    """An empty store of each kind."""
    assert request.param == "local"
    return open_store((tmp_path / "store").as_uri())
