"""Two video files side by side, and the command that measures them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from style_pipeline.errors import UnusableVideo
from style_pipeline.quality.__main__ import main
from style_pipeline.quality.films import moments
from style_pipeline_tests.clips import Tone, ffmpeg
from style_pipeline_tests.conftest import ClipFactory

FRAMES = 5


@pytest.fixture
def source(clip: ClipFactory) -> Path:
    return clip("source.mp4", frames=FRAMES)


def printed(capsys: pytest.CaptureFixture[str], *paths: Path) -> dict[str, Any]:
    assert main([str(path) for path in paths]) == 0
    said = capsys.readouterr()
    assert (said.out.count("\n"), said.err) == (1, "")
    found: dict[str, Any] = json.loads(said.out)
    return found


def refusal(capsys: pytest.CaptureFixture[str], *paths: Path) -> str:
    assert main([str(path) for path in paths]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    return said.err


def test_frames_come_in_pairs(source: Path, clip: ClipFactory) -> None:
    found = list(moments(source, clip("painted.mp4", frames=FRAMES, size=(96, 72))))
    assert len(found) == FRAMES
    assert {(a.shape, b.shape) for a, b in found} == {((48, 64, 3), (72, 96, 3))}


def test_the_command_prints_the_score_as_one_line(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = printed(capsys, source, source)
    assert set(found) == {"levels", "pairs", "cuts", "painted", "source"}
    assert (found["levels"], found["pairs"] + found["cuts"]) == (0, FRAMES - 1)


def test_a_single_frame_has_no_score(clip: ClipFactory, capsys: pytest.CaptureFixture[str]) -> None:
    single = clip("single.mp4", frames=1)
    assert printed(capsys, single, single)["levels"] is None


@pytest.mark.parametrize("longer_first", [True, False])
def test_another_number_of_frames_is_refused(
    source: Path, clip: ClipFactory, capsys: pytest.CaptureFixture[str], longer_first: bool
) -> None:
    longer = clip("longer.mp4", frames=FRAMES + 1)
    paths = (longer, source) if longer_first else (source, longer)
    assert f"{source} has {FRAMES} frames and {longer} has more" in refusal(capsys, *paths)


def test_what_is_no_video_is_refused(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "noise.mp4").write_bytes(b"not a video" * 100)
    assert "noise.mp4 cannot be decoded" in refusal(capsys, source, tmp_path / "noise.mp4")
    assert "missing.mp4 cannot be decoded" in refusal(capsys, tmp_path / "missing.mp4", source)


def test_sound_alone_is_refused(source: Path, clip: ClipFactory, tmp_path: Path) -> None:
    both = clip("with-sound.mp4", frames=FRAMES, audio=[Tone()])
    sound = tmp_path / "sound.m4a"
    ffmpeg(["-v", "error", "-i", f"file:{both}", "-vn", "-c", "copy", f"file:{sound}"])
    with pytest.raises(UnusableVideo, match="it holds no video"):
        list(moments(sound, source))


def test_it_runs_as_a_module(source: Path) -> None:
    argv = [sys.executable, "-m", "style_pipeline.quality", str(source), str(source)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["levels"] == 0
