"""The trial for a real subscription, in the local cloud: whoever has one shall not debug it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from style_pipeline_tests.azure_ml.blobs import MEDIA
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.fixtures import cloud, running_cloud

__all__ = ["cloud", "running_cloud"]

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "style_pipeline_tests.azure_ml.smoke"]


def smoke(folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return started(str(folder / "smoke"), STYLE_PIPELINE_HOME=str(folder / "home"), **environ)


def started(*words: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PROGRAM, *words],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_trial_ends_well_and_its_trace_is_the_one_on_record(
    cloud: Cloud, tmp_path: Path
) -> None:
    cloud.provision()
    cloud.forget_code()
    operations = cloud.new_container()
    settings = cloud.settings(OPERATIONS=operations, NODES="2", POLL_SECONDS="0.5")
    ended = smoke(tmp_path, STYLE_PIPELINE_STORE=cloud.new_container(MEDIA), **settings)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "painted.mp4: whole; Azure ML was asked as expected" in ended.stdout


def test_without_azure_it_says_what_to_set(tmp_path: Path) -> None:
    ended = smoke(tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: this is a trial of Azure: set STYLE_PIPELINE_LAUNCHER")


def test_it_says_what_it_is_and_what_it_wants() -> None:
    told = started("--help")
    assert told.returncode == 0
    assert "smoke [-h] folder" in told.stdout
    assert "style-pipeline azure provision" in told.stdout
    assert started().returncode == 2
