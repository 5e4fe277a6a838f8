"""A look into a video while something else is loaded."""

from dataclasses import replace
from pathlib import Path

import pytest

from style_pipeline.cli.beforehand import looked_into
from style_pipeline.errors import UnusableVideo
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
