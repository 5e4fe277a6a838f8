"""``style-pipeline`` as a process of its own, in a home of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Finished = subprocess.CompletedProcess[str]
Run = Callable[..., Finished]

PROGRAM = Path(sys.executable).with_name("style-pipeline")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a home that is the test's own."""
    env = {**os.environ, "STYLE_PIPELINE_HOME": str(tmp_path / "home")}
    env.pop("DAGSTER_HOME", None)
    return env


@pytest.fixture
def cli(environ: dict[str, str]) -> Run:
    """``cli("run", "x.mp4", ..., PATH="")``: its exit code and all that it said."""

    def run(*arguments: str, **changes: str) -> Finished:
        return subprocess.run(
            [PROGRAM, *arguments],
            env=environ | changes,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def said(result: Finished) -> str:
    """The error: one line, and nothing else on stderr but finished steps."""
    assert "Traceback" not in result.stderr
    *before, last = result.stderr.strip().splitlines()
    assert all(": " in line and not line.startswith("Error") for line in before)
    return last
