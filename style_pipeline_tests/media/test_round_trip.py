"""Clips taken apart, painted by the worker's own line, joined, and compared.

Every kind of clip is in the matrix, :mod:`style_pipeline_tests.conformance`.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import AudioManifest
from style_pipeline.media.frames import FrameSettings, extract_frames
from style_pipeline.media.probe import probe
from style_pipeline.media.stills import LARGEST_SHEET_BYTES, contact_sheet, still
from style_pipeline.media.verdicts import word
from style_pipeline.media.verify import verify
from style_pipeline_tests.clips import Tone, ffmpeg, frame_numbers, frame_times
from style_pipeline_tests.media.painted import painted, take_apart

ClipFactory = Callable[..., Path]


def test_a_clip_that_is_to_be_turned_says_so(clip: ClipFactory) -> None:
    """FFmpeg forgets to write it in more ways than one, and 0 would be kept as 0."""
    assert probe(clip("turned.mp4", rate=25, frames=8, rotation=90)).video.rotation == 90


def test_a_difference_is_seen(clip: ClipFactory, tmp_path: Path) -> None:
    result = painted(clip("24.mp4", rate=24, frames=30, audio=[Tone()]), tmp_path)
    manifest, silent = result.parts.manifest, AudioManifest("00", "00", (), None, None, 0)
    late = replace(manifest, pts=(*manifest.pts[:-1], manifest.pts[-1] + 3000))
    bent = replace(late, format=replace(manifest.format, sample_aspect=Fraction(2), rotation=90))
    named = replace(result.parts.company, tags=(("title", "Lost"),))
    other = replace(result.parts, manifest=bent, audio=silent, company=named)
    broken = {v.property for v in verify(other, result.container, result.path) if not v.kept}
    assert {"frame times", "duration", "pixel aspect", "rotation", "audio streams"} <= broken
    assert "tag title" in broken


def heard(path: Path) -> str:
    """The md5 of the samples that a player plays."""
    argv = ["-nostdin", "-v", "error", "-i", f"file:{path}", "-map", "0:a", "-c:a", "pcm_s16le"]
    return ffmpeg([*argv, "-f", "md5", "-"])


def test_sound_before_the_first_picture_is_heard(clip: ClipFactory, tmp_path: Path) -> None:
    """An edit list hides what an encoder put before zero, and nothing else."""
    source = clip("late.mp4", rate=25, start=20, frames=24, audio=[Tone(seconds=Fraction(1))])
    result = painted(source, tmp_path)
    assert heard(result.path) == heard(source)
    assert frame_times(result.path)[0] == Fraction(20, 25)


def test_a_broadcast_whose_clock_runs_over_is_heard_from_its_beginning(
    clip: ClipFactory, tmp_path: Path
) -> None:
    """After 26.5 hours; FFmpeg then reads what came before as times before zero."""
    plain, source = clip("plain.mp4", rate=25, frames=24, audio=[Tone()]), tmp_path / "over.ts"
    clock = ["-output_ts_offset", "95443.2", "-muxdelay", "0"]
    ffmpeg(["-v", "error", "-i", f"file:{plain}", "-c", "copy", *clock, str(source)])
    assert probe(source).packet_pts[0] < 0
    (work := tmp_path / "work").mkdir()
    assert heard(painted(source, work).path) == heard(source)


@pytest.mark.parametrize("name", ["long.mp4", "long.mkv"])
@pytest.mark.parametrize("keep", [0.3, 0.6, 0.8])
def test_a_file_cut_off_is_refused(
    clip: ClipFactory, tmp_path: Path, name: str, keep: float
) -> None:
    whole = clip(name, rate=25, frames=75, audio=[Tone()], codec_options=["-bf", "0"]).read_bytes()
    (cut := tmp_path / name).write_bytes(whole[: int(len(whole) * keep)])
    (folder := tmp_path / "shards").mkdir()
    with pytest.raises(UnusableVideo, match=r"cut off|damaged|index is missing|could not"):
        take_apart(cut, folder)


@pytest.mark.parametrize("size", [(1, 7), (3, 7), (7, 1)])
def test_some_sizes_are_no_trouble(
    clip: ClipFactory, tmp_path: Path, size: tuple[int, int]
) -> None:
    """FFV1 cannot cut them into slices."""
    crop = ["-vf", f"crop={size[0]}:{size[1]}:exact=1"]
    tiny = clip("tiny.mkv", frames=3, codec="ffv1", codec_options=[*crop, "-slices", "1"])
    result = painted(tiny, tmp_path)
    assert (result.probe.video.width, result.probe.video.height) == size
    assert [v for v in verify(result.parts, result.container, result.path) if not v.kept] == []


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    (path := tmp_path / "x.mp4").write_bytes(content)
    with pytest.raises(UnusableVideo) as raised:
        probe(path)
    assert "\n" not in str(raised.value)


def test_shards_cut_where_asked(clip: ClipFactory, tmp_path: Path) -> None:
    _, manifest = take_apart(
        clip("24.mp4", rate=24, frames=30, audio=[Tone()]), tmp_path, FrameSettings(12)
    )
    assert [shard.count for shard in manifest.shards] == [12, 12, 6]
    assert frame_numbers(*(Path(shard.key) for shard in manifest.shards)) == list(range(30))


def test_png_frames_can_be_asked_for(clip: ClipFactory, tmp_path: Path) -> None:
    source = clip("24.mp4", rate=24, frames=30, audio=[Tone()])
    settings = FrameSettings(shard_frames=15, frame_format="png")
    taken = extract_frames(source, probe(source), tmp_path, settings)
    assert frame_numbers(*(shard.path for shard in taken.shards)) == list(range(30))
    assert settings.digest("00") != FrameSettings(shard_frames=15).digest("00")


def test_a_contact_sheet_is_small() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2, 240, 320, 3), np.uint8)
    pictures = [still(picture, 96) for picture in noise]
    assert pictures[0].size == (96, 72)
    assert pictures[0].tobytes() != pictures[1].tobytes()
    assert len(contact_sheet([pictures, pictures], ["0", "20"])) <= LARGEST_SHEET_BYTES


def test_a_tag_that_changed_is_listed_or_broken(clip: ClipFactory, tmp_path: Path) -> None:
    """A place is written in another form by an mp4; a title must be the same."""
    result = painted(clip("24.mp4", rate=24, frames=30, audio=[Tone()]), tmp_path)
    tags = (("location", "+48.1+011.5/"), ("title", "Lost"))
    other = replace(result.parts, company=replace(result.parts.company, tags=tags))
    found = {v.property: word(v) for v in verify(other, result.container, result.path)}
    assert (found["tag location"], found["tag title"]) == ("listed", "BROKEN")
