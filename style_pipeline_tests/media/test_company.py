"""What travels with a video arrives, or what became of it is said."""

from pathlib import Path

import pytest

from style_pipeline.job import Encoding
from style_pipeline.media.plan import Fate, plan
from style_pipeline.media.probe import probe
from style_pipeline.media.verify import verify
from style_pipeline_tests.clips import ffmpeg
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.media.painted import painted

CHAPTERS = (
    ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=120\nEND=300\ntitle=第一章\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=400\nEND=960\ntitle=B & C\n"
)


@pytest.mark.parametrize(
    ("output", "starts", "fate"),
    [("mp4-h264", [0, 400], Fate.CONVERTED), ("mkv-h264", [120, 400], Fate.KEPT)],
)
def test_chapters_that_begin_after_the_video(
    clip: ClipFactory, tmp_path: Path, output: str, starts: list[int], fate: Fate
) -> None:
    """An mp4 cannot leave anything out before its first chapter."""
    plain = clip("plain.mkv", rate=25, frames=24)
    (listing := tmp_path / "chapters.txt").write_text(CHAPTERS)
    source, inputs = tmp_path / "source.mkv", ["-i", f"file:{plain}", "-i", str(listing)]
    ffmpeg(["-v", "error", "-copyts", *inputs, "-map_chapters", "1", "-c", "copy", str(source)])
    (work := tmp_path / "work").mkdir()
    result = painted(source, work, output=output)
    found = probe(result.path).chapters
    assert [int(chapter.start * 1000) for chapter in found] == starts
    verdicts = verify(result.parts, result.container, result.path)
    assert [verdict for verdict in verdicts if not verdict.kept] == []
    listed = [verdict.property for verdict in verdicts if verdict.listed]
    assert listed == (["first chapter"] if fate == Fate.CONVERTED else [])
    lines = plan(result.probe, (), result.container, Encoding())
    assert [line.fate for line in lines if line.part == "2 chapters"] == [fate]
