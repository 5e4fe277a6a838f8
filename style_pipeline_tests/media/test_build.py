"""What the FFmpeg at hand can do is known before anything is decoded."""

from collections.abc import Callable
from pathlib import Path

import pytest

from style_pipeline.errors import FilterMissing
from style_pipeline.media import build
from style_pipeline.media.probe import probe
from style_pipeline.media.treatment import Policies, treatment
from style_pipeline_tests.clips import Colours
from style_pipeline_tests.media.without import path_without

ClipFactory = Callable[..., Path]

PQ = Colours("bt2020nc", "bt2020", "smpte2084")
CHAIN = "zscale=t=linear:npl=100,format=gbrpf32le,tonemap=hable:desat=0,nosuch=1"


def test_the_ffmpeg_at_hand_is_asked() -> None:
    assert list(build.missing(CHAIN)) == ["nosuch"]


def test_hdr_is_refused_where_it_cannot_be_tone_mapped(
    clip: ClipFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = probe(clip("hdr.mp4", frames=4, pixel_format="yuv420p10le", colours=PQ))
    plain = probe(clip("plain.mp4", frames=4))
    assert "tone-mapped" in treatment(found, Policies()).notes[0]
    monkeypatch.setenv("PATH", path_without("zscale", tmp_path))
    assert list(build.missing(CHAIN)) == ["zscale", "nosuch"]
    with pytest.raises(FilterMissing, match=r"HDR \(PQ\).* without zscale; install .*libzimg"):
        treatment(found, Policies())
    assert treatment(plain, Policies()).notes == ()
