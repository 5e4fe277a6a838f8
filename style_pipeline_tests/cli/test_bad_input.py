"""The command line as a person meets it: one line that names the cause and the remedy."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from style_pipeline_tests.cli.conftest import PROGRAM, Run, said


def test_an_unknown_style_is_told_its_neighbour(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"x")
    result = cli("run", str(tmp_path / "x.mp4"), "--style", "grate-wave")
    assert result.returncode == 2
    assert "great-wave" in said(result)


def test_a_missing_file(cli: Run) -> None:
    result = cli("run", "nowhere.mp4", "--style", "great-wave")
    assert result.returncode == 2
    assert "nowhere.mp4" in said(result)


def test_an_empty_file(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").touch()
    result = cli("run", str(tmp_path / "x.mp4"), "--style", "great-wave")
    assert result.returncode == 2
    assert "empty" in said(result)


@pytest.mark.slow
def test_what_is_no_video_and_what_is_cut_off(
    cli: Run, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    whole = clip("whole.mp4", frames=40, rate=25).read_bytes()
    for name, content in {
        "text.mp4": b"not a video" * 99,
        "cut.mp4": whole[: len(whole) // 2],
    }.items():
        (tmp_path / name).write_bytes(content)
        result = cli("run", str(tmp_path / name), "--style", "great-wave")
        assert result.returncode == 2, result.stderr
        assert said(result).startswith("Error: ")
    assert list((tmp_path / "home").glob("outputs/**/*.mp4")) == []


def test_no_ffmpeg(cli: Run, tmp_path: Path, clip: Callable[..., Path]) -> None:
    result = cli("run", str(clip("short.mp4")), "--style", "great-wave", PATH=str(tmp_path))
    assert result.returncode == 1
    assert "apt-get install ffmpeg" in said(result)


def test_a_result_that_has_nowhere_to_go(
    cli: Run, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    video = str(clip("short.mp4"))
    for output in (str(tmp_path / "nowhere" / "x.mp4"), video):
        result = cli("run", video, "--style", "great-wave", "--output", output)
        assert result.returncode == 2
        assert said(result).startswith("Error: --output")


def test_a_clip_side_by_side_that_has_nowhere_to_go(
    cli: Run, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    video, output = str(clip("short.mp4")), str(tmp_path / "painted.mp4")
    for beside in (str(tmp_path / "nowhere" / "x.mp4"), str(tmp_path / "x.gif"), video, output):
        wishes = ("--output", output, "--side-by-side", beside)
        result = cli("run", video, "--style", "great-wave", *wishes)
        assert result.returncode == 2
        assert said(result).startswith("Error: --side-by-side")
    assert not (tmp_path / "home" / "incoming").exists()


def test_a_setting_that_makes_no_sense(cli: Run) -> None:
    result = cli("doctor", STYLE_PIPELINE_RANKS="many")
    assert result.returncode == 2
    assert "STYLE_PIPELINE_RANKS" in said(result)


def test_an_unregistered_partition(cli: Run, environ: dict[str, str]) -> None:
    environ["DAGSTER_HOME"] = cli("home").stdout.strip()
    dagster = [sys.executable, "-m", "dagster", "asset", "materialize"]
    where = ["-m", "style_pipeline.definitions", "--select", "*", "--partition", "great-wave|none"]
    result = subprocess.run([*dagster, *where], env=environ, capture_output=True, text=True)
    assert result.returncode != 0
    assert "style-pipeline submit" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("size", ["8k", "64k", "600k"])
def test_a_full_disk(
    environ: dict[str, str], tmp_path: Path, clip: Callable[..., Path], size: str
) -> None:
    """On a tiny disk of its own: the upload, its copy or its frames do not fit."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"]).returncode:
        pytest.skip("this machine lets nobody make a disk of their own")
    disk = tmp_path / "disk"
    disk.mkdir()
    environ |= {
        "STYLE_PIPELINE_HOME": str(disk / "home"),
        "DAGSTER_HOME": str(tmp_path / "dagster"),
    }
    video = clip("full.mp4", size=(320, 240), frames=24, rate=24)
    script = (
        'mount -t tmpfs -o size="$1" none "$2" && shift 2 && "$@"; code=$?; '
        'find "$STYLE_PIPELINE_HOME/outputs" -name "*.mp4" 2>/dev/null; exit $code'
    )
    command = [PROGRAM, "run", video, "--style", "great-wave"]
    argv = ["unshare", "-rm", "sh", "-c", script, "sh", size, disk, *command]
    result = subprocess.run(argv, env=environ, capture_output=True, text=True)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "disk" in said(result)
    assert "free some" in said(result)
    assert result.stdout == ""
