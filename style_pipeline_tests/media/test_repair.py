"""What can be decoded is saved at its own time, beside its own sound; the rest is counted."""

from fractions import Fraction
from pathlib import Path

import pytest

from style_pipeline.errors import UnusableVideo
from style_pipeline.media.probe import probe, probe_harmed
from style_pipeline.media.repair import repair
from style_pipeline_tests.clips import Tone, frame_numbers, frame_times
from style_pipeline_tests.conftest import ClipFactory

GROUPS = ["-g", "12", "-bf", "0"]
"""A key picture every twelve."""

FAST = ["-movflags", "+faststart"]


def kept(path: Path, share: tuple[float, float], name: str) -> Path:
    """A file of that share of its bytes."""
    content = path.read_bytes()
    first, last = (int(len(content) * part) for part in share)
    target = path.parent / name
    target.write_bytes(content[first:last])
    return target


def test_a_recording_that_begins_in_the_middle_of_a_group(
    clip: ClipFactory, tmp_path: Path
) -> None:
    whole = clip("whole.ts", rate=25, frames=60, audio=[Tone()], codec_options=GROUPS)
    cut = kept(whole, (0.3, 1), "cut.ts")
    saved = repair(cut, target := tmp_path / "saved.mkv")
    numbers = frame_numbers(target)
    assert numbers == list(range(numbers[0], 60))
    assert numbers[0] % 12 == 0
    assert 12 <= saved.pictures == len(numbers) < saved.of_pictures
    assert saved.complaints > 0
    assert 0 < saved.sounds == saved.of_sounds
    early = probe_harmed(cut)[0].audio[0].start
    apart = frame_times(whole)[numbers[0]] - early
    again = frame_times(target)[0] - probe(target).audio[0].start
    assert abs(again - apart) <= Fraction(1, 1000)


def test_what_is_cut_off_is_said(clip: ClipFactory, tmp_path: Path) -> None:
    whole = clip("whole.mp4", rate=25, frames=60, codec_options=GROUPS, muxer_options=FAST)
    saved = repair(kept(whole, (0, 0.6), "cut.mp4"), target := tmp_path / "saved.mkv")
    assert frame_numbers(target) == list(range(saved.pictures))
    assert 12 <= saved.pictures < 60
    assert saved.lacking.startswith("the video is cut off or damaged: ")
    assert saved.lacking.endswith("of its 60 frames are there")
    (comment,) = (value for key, value in probe(target).tags if key == "comment")
    assert comment == f"repaired: {'; '.join(saved.lines())}"


def test_pictures_that_are_lost_leave_a_hole(clip: ClipFactory, tmp_path: Path) -> None:
    whole = clip("whole.ts", rate=25, frames=60, codec_options=GROUPS)
    content = bytearray(whole.read_bytes())
    middle = range(len(content) * 4 // 10 // 188 * 188, len(content) * 7 // 10 // 188 * 188)
    (damaged := tmp_path / "holed.ts").write_bytes(content[: middle.start] + content[middle.stop :])
    saved = repair(damaged, target := tmp_path / "saved.mkv")
    numbers, times = frame_numbers(target), frame_times(target)
    (hole,) = saved.holes
    at = next(i for i, n in enumerate(numbers) if n != i)
    assert hole[0] == times[at - 1] - times[0]
    assert hole[1] == times[at] - times[at - 1] - Fraction(1, 25)
    assert f"none for {float(hole[1]):.2f} s after {float(hole[0]):.2f} s" in saved.lines()
    trusted = at + saved.doubtful
    assert numbers[trusted:] == list(range(numbers[trusted], 60))
    assert numbers[trusted] % 12 == 0
    assert times[trusted] - times[0] == Fraction(numbers[trusted], 25)


def test_a_phone_s_pictures_are_turned_themselves(clip: ClipFactory, tmp_path: Path) -> None:
    portrait = {"rotation": 90, "codec_options": GROUPS}
    whole = clip("phone.mov", size=(64, 48), rate=25, frames=24, muxer_options=FAST, **portrait)
    saved = repair(whole, target := tmp_path / "saved.mkv")
    video = probe(target).video
    assert (video.width, video.height, video.rotation) == (48, 64, 0)
    assert list(saved.lines()) == ["24 of 24 pictures"]


def test_where_nothing_can_be_saved(clip: ClipFactory, tmp_path: Path) -> None:
    whole = clip("whole.ts", rate=25, frames=24, codec_options=["-g", "99", "-bf", "0"])
    late = kept(whole, (0.6, 1), "late.ts")
    with pytest.raises(UnusableVideo):
        repair(late, tmp_path / "saved.mkv")
    assert list(tmp_path.iterdir()) == []
