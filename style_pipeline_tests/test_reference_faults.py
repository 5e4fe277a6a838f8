"""The proven faults of the reference architecture's pipeline: a test for each that it would fail.

Other tests go deeper; here is one of each, to be seen together.
"""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from style_pipeline.defs import uploads
from style_pipeline.media.probe import probe
from style_pipeline.media.verify import verify
from style_pipeline.stores import LocalStore
from style_pipeline.worker.decoder import decode
from style_pipeline_tests.clips import (
    VFR_STEPS,
    Colours,
    Tone,
    ffmpeg,
    frame_numbers,
    frame_times,
    packets_md5,
)
from style_pipeline_tests.conformance import dressing
from style_pipeline_tests.media.painted import Painted, painted, take_apart
from style_pipeline_tests.mpi import paint
from style_pipeline_tests.sources import make_source

ClipFactory = Callable[..., Path]


@pytest.fixture
def through(clip: ClipFactory, tmp_path: Path) -> Callable[..., tuple[Path, Painted]]:
    """A clip, and what it became."""

    def go(name: str = "clip.mp4", **wishes: Any) -> tuple[Path, Painted]:
        source = clip(name, **wishes)
        return source, painted(source, tmp_path)

    return go


Through = Callable[..., tuple[Path, Painted]]


def test_a1_no_frame_at_the_tail_is_lost(tmp_path: Path) -> None:
    """Three frames on two ranks were one frame each, and one that nobody painted."""
    source = make_source(tmp_path, frames=3, shard_frames=1)
    report = paint(source.store, job := source.job(), ranks=2)
    assert (report.frames, sum(rank.frames for rank in report.ranks)) == (3, 3)
    assert len(source.styled(job)) == 2 * 3


def test_a2_24_frames_per_second_stay_24(through: Through) -> None:
    """They became 30, and four seconds of pictures 3.2."""
    _, result = through(rate=24, frames=48, audio=[Tone()])
    found = probe(result.path)
    assert (found.packets, found.video.frame_rate) == (48, 24)
    times = frame_times(result.path)
    assert times[-1] - times[0] == Fraction(47, 24)


def test_a3_a_silent_video_is_painted(through: Through) -> None:
    """It failed before its first frame."""
    _, result = through(frames=5)
    assert frame_numbers(result.path) == [0, 1, 2, 3, 4]
    assert probe(result.path).audio == ()


def test_a4_late_sound_stays_late_and_nothing_is_dropped(clip: ClipFactory, tmp_path: Path) -> None:
    """It moved to zero; second track, subtitles and title were gone; all was encoded again."""
    tones = [Tone(start=Fraction(476, 1000)), Tone(880, language="deu")]
    whole = tmp_path / "whole.mkv"
    whole.write_bytes(clip("two.mkv", rate=25, frames=50, audio=tones).read_bytes())
    source = dressing.tagged(dressing.subrip(whole))
    (folder := tmp_path / "work").mkdir()
    found = probe(painted(source, folder).path)
    before = probe(source)
    begins = found.packet_pts[0] * found.video.time_base
    began = before.packet_pts[0] * before.video.time_base
    for ours, theirs in zip(found.audio, before.audio, strict=True):
        assert abs((ours.start - begins) - (theirs.start - began)) <= Fraction(1, 1000)
    assert [stream.tags.language for stream in found.audio] == ["eng", "deu"]
    for number in range(2):
        result = folder / "finished.mp4"
        assert packets_md5(result, number) == packets_md5(source, number)
    assert [stream.kind for stream in found.others] == ["subtitle"]
    assert dict(found.tags)["title"] == dressing.TAGS["title"]


def test_a5_the_network_sees_the_colours_that_were_filmed(
    clip: ClipFactory, tmp_path: Path
) -> None:
    """BT.709 was read as BT.601: (43, 216, 64) for (32, 192, 64), and the result had no tags."""
    source = tmp_path / "green.mp4"
    green = "color=c=0x20C040:s=64x48:r=25:d=0.2,format=gbrp"
    bt709 = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"
    tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    ffmpeg(["-f", "lavfi", "-i", f"{green},{bt709}", "-qp", "0", *tags, f"file:{source}"])
    (folder := tmp_path / "shards").mkdir()
    _, manifest = take_apart(source, folder)
    shard = manifest.shards[0]
    content = Path(shard.key).read_bytes()
    seen = next(iter(decode(content, manifest.format, shard.count, "shard")))
    assert np.abs(seen[24, 32].astype(int) - (32, 192, 64)).max() <= 2
    (work := tmp_path / "work").mkdir()
    colour = probe(painted(source, work).path).video.colour
    assert (colour.matrix, colour.primaries, colour.tagged) == ("bt709", "bt709", True)


def test_a6_pixels_that_are_not_square_stay_so(through: Through) -> None:
    _, result = through(sample_aspect=Fraction(4, 3), frames=4)
    assert probe(result.path).video.sample_aspect == Fraction(4, 3)


def test_a7_a_variable_rate_is_neither_filled_up_nor_thinned_out(through: Through) -> None:
    """50 frames became 87."""
    source, result = through(rate=600, steps=VFR_STEPS, frames=50)
    ours, theirs = frame_times(result.path), frame_times(source)
    assert len(ours) == len(theirs) == 50
    moved = [abs((a - ours[0]) - (b - theirs[0])) for a, b in zip(ours, theirs, strict=True)]
    assert max(moved) <= Fraction(1, 1000)


def test_a8_no_size_is_rounded(through: Through) -> None:
    """854 columns became 856."""
    _, result = through(size=(854, 482), frames=2)
    found = probe(result.path).video
    assert (found.width, found.height) == (854, 482)


def test_a9_a_file_name_is_a_name_and_nothing_else(
    clip: ClipFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell read it: a space failed, and `;` ran what came after it."""
    monkeypatch.chdir(tmp_path)
    source = clip("a clip; touch PWNED; $(touch PWNED) '.mp4", frames=4, colours=Colours())
    upload = uploads.put(LocalStore(tmp_path / "store"), source, "great-wave")
    assert upload.name == source.name
    (folder := tmp_path / "work").mkdir()
    result = painted(source, folder)
    kept = verify(result.parts, result.container, result.path)
    assert [verdict for verdict in kept if not verdict.kept] == []
    assert not any("PWNED" in names for _, *found in os.walk(tmp_path) for names in found)
