"""The right stream of pictures is painted, and the rest is called by its name."""

from pathlib import Path

from style_pipeline.media.probe import probe
from style_pipeline_tests.clips import ffmpeg
from style_pipeline_tests.conftest import ClipFactory


def test_a_picture_before_the_video_is_no_video(clip: ClipFactory, tmp_path: Path) -> None:
    """Matroska has no mark for a cover that is a stream."""
    video, both = clip("clip.mp4", frames=5), tmp_path / "both.mkv"
    picture = ["-f", "lavfi", "-i", "testsrc=s=320x320:d=0.04:r=25"]
    order = ["-map", "0", "-map", "1", "-c:v:0", "mjpeg", "-c:v:1", "copy"]
    ffmpeg(["-v", "error", *picture, "-i", f"file:{video}", *order, f"file:{both}"])
    found = probe(both)
    assert (found.video_stream_index, found.packets, found.video.width) == (1, 5, 64)
    assert [(other.stream_index, other.kind) for other in found.others] == [(0, "cover")]


def test_a_single_picture_alone_is_a_video(clip: ClipFactory) -> None:
    assert probe(clip("one.mkv", frames=1)).packets == 1
