"""The cloud's store and a folder give the very same files: some of the matrix, byte for byte."""

from pathlib import Path

import pytest

from style_pipeline.settings import STORE_CONNECTION_STRING
from style_pipeline.stores import open_store
from style_pipeline_tests.azurite import Azurite
from style_pipeline_tests.conformance.cases import every
from style_pipeline_tests.conformance.examine import make
from style_pipeline_tests.conformance.stored import published

NAMES = (
    "frames and times: vfr.mkv",
    "audio: pcm 16.mkv",
    "company: subrip.mkv",
    "outputs: webm-vp9: plain.mp4",
)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_both_stores_publish_the_same_bytes(
    name: str, tmp_path: Path, azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    (case,) = (case for case in every() if case.id == name)
    for part in ("made", "here", "there"):
        (tmp_path / part).mkdir()
    video = make(case, tmp_path / "made")
    ours = published(case, video, open_store((tmp_path / "store").as_uri()), tmp_path / "here")
    monkeypatch.setenv(STORE_CONNECTION_STRING, azurite.connection_string())
    cloud = open_store(azurite.url(azurite.new_container().container_name))
    assert published(case, video, cloud, tmp_path / "there") == ours
