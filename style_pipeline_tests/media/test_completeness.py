"""Frames that are missing are missed, and what is only unusual is whole."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from style_pipeline.errors import UnusableVideo
from style_pipeline.media.probe import probe
from style_pipeline_tests.clips import Tone, make_clip
from style_pipeline_tests.conftest import ClipFactory

SHORT_CLUSTERS = ["-cluster_time_limit", "400"]
TO_A_PIPE = ["-seekable", "0"]
"""As through a pipe: nothing can be written later into the header."""

CLUSTER = bytes.fromhex("1f43b675")
LAST_CHUNKS = 5


def mpeg4(clip: ClipFactory, name: str = "clip.avi", **wishes: object) -> Path:
    return clip(name, rate=25, frames=50, codec="mpeg4", **wishes)


def changed(path: Path, tmp_path: Path, content: bytes) -> Path:
    (target := tmp_path / path.name).write_bytes(content)
    return target


def chunks(content: bytes) -> list[tuple[int, int]]:
    """Where an avi's packets of pictures begin, after their names, and how long they are."""
    begins = [found.end() for found in re.finditer(b"00dc", content)]
    first, last = content.index(b"movi"), content.index(b"idx1")
    return [
        (at, int.from_bytes(content[at : at + 4], "little")) for at in begins if first < at < last
    ]


def holed(content: bytes, begin: int) -> bytes:
    """With a hundred bytes never written."""
    return content[:begin] + bytes(100) + content[begin + 100 :]


def refused(path: Path) -> str:
    with pytest.raises(UnusableVideo) as refusal:
        probe(path)
    return str(refusal.value)


def test_an_avi_that_lost_a_packet(clip: ClipFactory, tmp_path: Path) -> None:
    content = mpeg4(clip, audio=[Tone(codec="pcm_s16le")]).read_bytes()
    at, size = chunks(content)[20]
    lost = content[: at - 4] + content[at + 4 + size + size % 2 :]
    words = refused(changed(Path("lost.avi"), tmp_path, lost))
    assert words.startswith("the video is cut off or damaged: 49 of its 50 frames are there")


def test_an_avi_that_was_cut_off_between_two_packets(clip: ClipFactory, tmp_path: Path) -> None:
    content = mpeg4(clip).read_bytes()
    at, _ = chunks(content)[30]
    words = refused(changed(Path("cut.avi"), tmp_path, content[: at - 4]))
    assert words.startswith("the video is cut off or damaged: 30 of its 50 frames are there")


def test_an_avi_whose_last_picture_stays(clip: ClipFactory, tmp_path: Path) -> None:
    """Recorders of a screen write an empty packet where nothing has changed."""
    content = bytearray(mpeg4(clip).read_bytes())
    for at, size in chunks(bytes(content))[-LAST_CHUNKS:]:
        left = (size + size % 2 - 8).to_bytes(4, "little")
        content[at : at + 12] = bytes(4) + b"JUNK" + left
    found = probe(changed(Path("still.avi"), tmp_path, bytes(content)))
    assert found.packets == 50 - LAST_CHUNKS
    assert found.last_duration == 1 + LAST_CHUNKS


def test_an_avi_from_a_pipe_has_no_count(clip: ClipFactory) -> None:
    found = probe(mpeg4(clip, audio=[Tone(codec="mp3")], muxer_options=TO_A_PIPE))
    assert (found.packets, found.declared_frames, found.last_duration) == (50, None, 1)


def test_an_avi_whose_sound_begins_late(tmp_path: Path) -> None:
    """Its empty packets of sound make FFmpeg think that it is longer than it is."""
    tone = Tone(start=Fraction(13, 10), seconds=Fraction(2), codec="mp3")
    late = make_clip(tmp_path / "late.avi", rate=25, frames=50, codec="mpeg4", audio=[tone])
    assert probe(late).packets == 50


@pytest.mark.parametrize("muxer", [SHORT_CLUSTERS, [*SHORT_CLUSTERS, *TO_A_PIPE]])
@pytest.mark.parametrize("cluster", [1, -1])
def test_an_mkv_with_a_hole_in_a_cluster(
    clip: ClipFactory, tmp_path: Path, muxer: list[str], cluster: int
) -> None:
    """FFmpeg goes on with the next cluster: the duration is kept, and nothing is said."""
    whole = clip("whole.mkv", rate=25, frames=50, audio=[Tone()], muxer_options=muxer)
    assert probe(whole).packets == 50
    content = whole.read_bytes()
    begins = [found.start() for found in re.finditer(re.escape(CLUSTER), content)]
    assert len(begins) > 3
    words = refused(changed(whole, tmp_path, holed(content, begins[cluster] + 200)))
    assert re.match("the video is (damaged|cut off): ", words)


def test_an_mkv_whose_index_alone_is_damaged(clip: ClipFactory, tmp_path: Path) -> None:
    """FFmpeg loses its place there too, but no picture."""
    whole = clip("whole.mkv", rate=25, frames=50, audio=[Tone()], muxer_options=SHORT_CLUSTERS)
    content = whole.read_bytes()
    index = content.rindex(bytes.fromhex("1c53bb6b"))
    damaged = content[:index] + bytes(len(content) - index)
    assert probe(changed(whole, tmp_path, damaged)).packets == 50
