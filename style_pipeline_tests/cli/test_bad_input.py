"""The command line as a person meets it: one line that names the cause and the remedy."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(tmp_path: Path) -> Run:
    """Runs ``style-pipeline`` in a home of its own."""

    def run(*arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        program = Path(sys.executable).with_name("style-pipeline")
        env = {**os.environ, "STYLE_PIPELINE_HOME": str(tmp_path / "home"), **environ}
        env.pop("DAGSTER_HOME", None)
        return subprocess.run(
            [program, *arguments], env=env, capture_output=True, text=True, check=False
        )

    return run


def said(result: "subprocess.CompletedProcess[str]") -> str:
    """The error: the last line, and no traceback before it."""
    assert "Traceback" not in result.stderr
    return result.stderr.strip().splitlines()[-1]


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


def test_styles_are_listed(cli: Run) -> None:
    names = [line.split("\t")[0] for line in cli("styles").stdout.splitlines()]
    assert {"starry-night", "great-wave", "the-scream"} <= set(names)


def test_help_teaches(cli: Run) -> None:
    for words in ((), ("run",), ("submit",), ("styles",), ("doctor",)):
        result = cli(*words, "--help")
        assert result.returncode == 0
        assert "Usage:" in result.stdout
