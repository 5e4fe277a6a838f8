"""Every back end of the store contract, as one parametrised fixture."""

from pathlib import Path

import pytest

from style_pipeline.settings import STORE_CONNECTION_STRING
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline_tests.azurite import Azurite

BACK_ENDS = ("local", "azure")


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
