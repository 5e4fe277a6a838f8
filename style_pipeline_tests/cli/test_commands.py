"""The commands where nothing is wrong: what they do, and what they print where."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from style_pipeline_tests.cli.conftest import PROGRAM, Run
from style_pipeline_tests.clips import Tone, frame_times, packets_md5

Clip = Callable[..., Path]


def test_help_teaches(cli: Run) -> None:
    assert "Examples:" in cli("--help").stdout
    for command in ("run", "submit", "styles", "status", "doctor", "home"):
        result = cli(command, "--help")
        assert result.returncode == 0
        assert f"Usage: style-pipeline {command}" in result.stdout


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys, click.testing, style_pipeline.cli as c;"
        "click.testing.CliRunner().invoke(c.main, ['--help']);"
        "print({'dagster', 'torch', 'azure', 'av', 'cv2'} & set(sys.modules))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout == "set()\n"


def test_styles_are_listed_for_scripts(cli: Run) -> None:
    rows = [line.split("\t") for line in cli("styles").stdout.splitlines()]
    assert {"starry-night", "great-wave", "the-scream"} <= {name for name, *_ in rows}
    assert {origin for _, _, _, origin in rows} == {"package"}


def test_submit_prints_one_key_per_style_and_is_idempotent(cli: Run, clip: Clip) -> None:
    arguments = ("submit", str(clip("short.mp4")), "--style", "starry-night", "--style", "tahiti")
    first = cli(*arguments)
    assert first.returncode == 0, first.stderr
    styles, videos = zip(*(key.split("|") for key in first.stdout.split()), strict=True)
    assert styles == ("starry-night", "tahiti")
    assert len(set(videos)) == 1
    assert cli(*arguments).stdout == first.stdout


@pytest.mark.slow
def test_run_paints_and_prints_where(cli: Run, clip: Clip, tmp_path: Path) -> None:
    """A name that a shell would stumble over; the same command again finds everything done."""
    video = tmp_path / "clip; touch PWNED .mp4"
    video.write_bytes(clip("loud.mp4", frames=12, audio=[Tone()]).read_bytes())
    result = cli("run", str(video), "--style", "great-wave")
    assert result.returncode == 0, result.stderr
    painted = tmp_path / "home/outputs/great-wave" / video.name
    assert result.stdout == f"{painted}\n"
    assert packets_md5(painted) == packets_md5(video)
    first, *rest = result.stderr.splitlines()
    assert first.startswith("Estimate: 12 frames of 64x48, about 1 s of painting at 4.00 mega")
    assert [line.split(":")[0] for line in rest if " of " not in line] == [
        "Copying the sound",
        "Cutting into frames",
        "Painting",
        "Joining and checking",
    ]
    copy, beside = tmp_path / "copy.mp4", tmp_path / "beside.mp4"
    wishes = ("--output", str(copy), "--side-by-side", str(beside))
    again = cli("run", str(video), "--style", "great-wave", *wishes)
    assert again.stdout == f"{copy}\n{beside}\n"
    assert copy.read_bytes() == painted.read_bytes()
    assert packets_md5(beside) == packets_md5(video)
    assert len(frame_times(beside)) == 12
    assert list(tmp_path.glob(".side-by-side*")) == []


@pytest.mark.slow
def test_an_interrupted_run_says_how_to_go_on(
    environ: dict[str, str], clip: Clip, tmp_path: Path
) -> None:
    video = clip("long.mp4", size=(320, 240), frames=120)
    argv = [PROGRAM, "run", video, "--style", "great-wave"]
    with subprocess.Popen(argv, env=environ, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("Painting"):
                running.send_signal(signal.SIGINT)
                break
        rest = running.stderr.read()
        assert running.wait(30) == 130, rest
    assert rest.splitlines()[-1].startswith("Error: interrupted; finished shards are kept")
    assert not list((tmp_path / "home").glob("outputs/**/*.mp4"))
