"""The whole way of a video whose media lies in Azure, as a user goes it."""

from pathlib import Path

import pytest

from style_pipeline.settings import STORE_CONNECTION_STRING
from style_pipeline.stores import open_store
from style_pipeline_tests.azurite import Azurite
from style_pipeline_tests.cli.conftest import Run, said
from style_pipeline_tests.conftest import ClipFactory


@pytest.mark.slow
def test_a_video_is_painted_and_no_secret_stays_behind(
    cli: Run, clip: ClipFactory, azurite: Azurite, tmp_path: Path
) -> None:
    secret = {STORE_CONNECTION_STRING: azurite.connection_string()}
    url = azurite.url(azurite.new_container().container_name)
    places = {"STYLE_PIPELINE_STORE": url, "STYLE_PIPELINE_RANKS": "2"}
    painted = tmp_path / "painted.mp4"
    source = clip("in azure.mp4", frames=6)
    done = cli(
        "run", str(source), "--style", "great-wave", "--output", str(painted), **places, **secret
    )
    assert done.returncode == 0, done.stderr
    store = open_store(url, secret)
    assert painted.read_bytes() == store.read_bytes("outputs/great-wave/in azure.mp4")
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert kept
    assert [path for path in kept if azurite.key.encode() in path.read_bytes()] == []


def test_a_container_that_does_not_exist_is_one_line(
    cli: Run, clip: ClipFactory, azurite: Azurite
) -> None:
    settings = {
        "STYLE_PIPELINE_STORE": azurite.url("no-such-container"),
        STORE_CONNECTION_STRING: azurite.connection_string(),
    }
    result = cli("submit", str(clip("video.mp4")), "--style", "great-wave", **settings)
    assert result.returncode == 1
    assert said(result) == (
        "Error: the store's container does not exist; create it, or correct STYLE_PIPELINE_STORE"
    )
