"""An mp4 whose edit list takes a part out of the middle, as editors write it that copy nothing."""

import struct
from pathlib import Path

import pytest

from style_pipeline.errors import UnusableVideo
from style_pipeline_tests.clips import Tone, frame_numbers, frame_times
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.media.painted import painted

WISHES = {"rate": 25, "frames": 50, "codec_options": ["-g", "25", "-bf", "0"]}
KEPT = [*range(20), *range(30, 50)]


def found(content: bytes, *path: bytes, begin: int = 0, end: int | None = None) -> list[int]:
    """Where boxes begin that lie at ``path`` (ISO/IEC 14496-12, section 4.2)."""
    places, at, end = [], begin, len(content) if end is None else end
    while at < end:
        size = int.from_bytes(content[at : at + 4])
        if content[at + 4 : at + 8] == path[0]:
            inside = found(content, *path[1:], begin=at + 8, end=at + size) if path[1:] else [at]
            places += inside
        at += size
    return places


def number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4])


def without_the_middle(whole: Path, target: Path) -> Path:
    """Every track is shown from 0 to 0.8 s and from 1.2 to 2 s; the index is at the end."""
    content = whole.read_bytes()
    (movie,) = found(content, b"moov", b"mvhd")
    part = number(content, movie + 20) * 4 // 5
    for track in reversed(found(content, b"moov", b"trak")):
        end = track + number(content, track)
        (media,) = found(content, b"mdia", b"mdhd", begin=track + 8, end=end)
        (edits,) = found(content, b"edts", begin=track + 8, end=end)
        first, rate = number(content, edits + 28), number(content, media + 20)
        entries = [part, first, 1 << 16, part, first + rate * 6 // 5, 1 << 16]
        listed = struct.pack(">I4sI4sII6I", 48, b"edts", 40, b"elst", 0, 2, *entries)
        after = edits + number(content, edits)
        (index,) = found(content, b"moov")
        grown = bytearray(content)
        for box in (track, index):
            size = number(content, box) + len(listed) - (after - edits)
            grown[box : box + 4] = size.to_bytes(4)
        content = bytes(grown[:edits]) + listed + bytes(grown[after:])
    target.write_bytes(content)
    return target


def test_pictures_that_an_edit_list_takes_out_stay_out(clip: ClipFactory, tmp_path: Path) -> None:
    source = without_the_middle(clip("whole.mp4", **WISHES), tmp_path / "edited.mp4")
    result = painted(source, tmp_path)
    assert frame_numbers(result.path) == KEPT
    assert [time * 25 for time in frame_times(result.path)] == list(range(40))


def test_sound_of_which_a_part_is_taken_out_cannot_be_copied(
    clip: ClipFactory, tmp_path: Path
) -> None:
    whole = clip("whole.mp4", **WISHES, audio=[Tone()])
    with pytest.raises(UnusableVideo, match="could not copy the audio: the times of its packets"):
        painted(without_the_middle(whole, tmp_path / "edited.mp4"), tmp_path)
