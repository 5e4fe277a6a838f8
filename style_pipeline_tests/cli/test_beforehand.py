"""A look into a video while something else is loaded."""

from dataclasses import replace
from pathlib import Path

import pytest

from style_pipeline.cli.beforehand import looked_into, treated
from style_pipeline.errors import UnusableVideo
from style_pipeline.limits import UploadLimits
from style_pipeline.media.probe import probe
from style_pipeline.process import Limits
from style_pipeline.settings import Settings
from style_pipeline_tests.conftest import ClipFactory

SETTINGS = Settings.from_environment({})


def test_what_it_is_is_known_at_the_end(clip: ClipFactory) -> None:
    with looked_into(SETTINGS, clip("short.mp4", frames=5)) as found:
        pass
    assert found.done()
    assert found.result().packets == 5


def test_what_is_wrong_is_raised_where_it_is_asked_for(tmp_path: Path) -> None:
    with looked_into(SETTINGS, tmp_path / "nowhere.mp4") as found:
        pass
    with pytest.raises(UnusableVideo, match=r"no file 'nowhere\.mp4'"):
        found.result()


def test_the_installations_limits_hold(clip: ClipFactory) -> None:
    tight = replace(SETTINGS, ffmpeg=Limits(memory_bytes=1 << 20))
    with looked_into(tight, clip("short.mp4", frames=5)) as found:
        pass
    with pytest.raises(UnusableVideo):
        found.result()


def test_a_file_that_is_too_large_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"no video at all")
    with looked_into(replace(SETTINGS, upload=UploadLimits(size=10)), tmp_path / "no.mp4") as found:
        pass
    with pytest.raises(UnusableVideo, match="15 bytes"):
        found.result()


def test_pictures_too_small_for_the_output_are_refused_before_they_are_taken(
    clip: ClipFactory,
) -> None:
    found = probe(clip("tiny.mp4", frames=2, size=(40, 12)))
    assert treated(SETTINGS, found).format.height == 12
    with pytest.raises(UnusableVideo, match="16"):
        treated(replace(SETTINGS, output="mp4-hevc"), found)
