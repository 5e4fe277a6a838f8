"""A materialisation killed in the middle: the next one does the rest, and closes the dead run."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.defs.instance import embedded_instance
from style_pipeline.defs.submission import materialize, submit
from style_pipeline.look import Look
from style_pipeline.settings import Settings
from style_pipeline.stores import open_store
from style_pipeline_tests.clips import Tone
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.defs.conftest import STYLE

ROOT = Path(__file__).parents[2]
SHARDS = 12


def installed(home: Path) -> Settings:
    wishes = {"STYLE_PIPELINE_RANKS": "1", "STYLE_PIPELINE_SHARD_FRAMES": "2"}
    return Settings.from_environment(wishes, home)


@pytest.fixture(scope="module")
def video(clip: ClipFactory) -> Path:
    return clip("long.mp4", frames=2 * SHARDS, size=(320, 240), audio=[Tone()])


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, video: Path) -> bytes:
    """What comes out when nothing is killed."""
    settings = installed(tmp_path_factory.mktemp("undisturbed"))
    store = open_store(settings.store_url)
    with embedded_instance(settings) as instance:
        (key,) = submit(store, instance, video, [Look.parse(STYLE)])
        assert materialize(settings, instance, key).success
    return store.read_bytes(f"outputs/{STYLE}/long.mp4")


@pytest.fixture
def disturbed(tmp_path: Path, video: Path) -> Iterator[tuple[Settings, dg.DagsterInstance, str]]:
    """An installation with the video handed in."""
    settings = installed(tmp_path)
    with embedded_instance(settings) as instance:
        (key,) = submit(open_store(settings.store_url), instance, video, [Look.parse(STYLE)])
        yield settings, instance, key


def start(settings: Settings, key: str) -> subprocess.Popen[bytes]:
    """``dagster asset materialize`` in a process group of its own."""
    environment = {
        **os.environ,
        "STYLE_PIPELINE_HOME": str(settings.home),
        "STYLE_PIPELINE_RANKS": "1",
        "STYLE_PIPELINE_SHARD_FRAMES": "2",
        "DAGSTER_HOME": str(settings.dagster_home),
        "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(ROOT)]).lstrip(":"),
    }
    dagster = str(Path(sys.executable).with_name("dagster"))
    chosen = ["-m", "style_pipeline.definitions", "--select", "*", "--partition", key]
    return subprocess.Popen(
        [dagster, "asset", "materialize", *chosen],
        env=environment,
        cwd=settings.home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(settings: Settings, sidecars: int) -> None:
    deadline = time.monotonic() + 90
    while len(list(settings.home.glob("work/styled/*/shards/*.mp4.json"))) < sidecars:
        assert time.monotonic() < deadline, "the job never got that far"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_a_killed_materialisation_goes_on_where_it_was(
    disturbed: tuple[Settings, dg.DagsterInstance, str], undisturbed: bytes, seed: int
) -> None:
    settings, instance, key = disturbed
    process = start(settings, key)
    try:
        wait_for(settings, random.Random(seed).randint(1, SHARDS - 3))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    (dead,) = instance.get_runs()
    assert not dead.is_finished
    result = materialize(settings, instance, key)
    (styled,) = result.asset_materializations_for_node("styled_frames")
    reused, done = (styled.metadata[f"shards_{what}"].value for what in ("reused", "styled"))
    assert isinstance(reused, int)
    assert isinstance(done, int)
    assert reused >= 1
    assert done >= 1
    assert reused + done == SHARDS
    assert open_store(settings.store_url).read_bytes(f"outputs/{STYLE}/long.mp4") == undisturbed
    closed = instance.get_run_by_id(dead.run_id)
    assert closed is not None
    assert closed.status is dg.DagsterRunStatus.FAILURE
    assert not list(settings.scratch.glob("*/"))
