"""``dagster dev`` and a folder: files dropped in come out painted, with no further hand."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.settings import Settings
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.defs.conftest import STYLE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def platform(settings: Settings, instance: dg.DagsterInstance) -> Iterator[dg.DagsterInstance]:
    """A running ``dagster dev``; ends cleanly."""
    environment = {
        **os.environ,
        "STYLE_PIPELINE_HOME": str(settings.home),
        "STYLE_PIPELINE_RANKS": "1",
        "DAGSTER_HOME": str(settings.dagster_home),
        "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(ROOT)]).lstrip(":"),
    }
    dagster = str(Path(sys.executable).with_name("dagster"))
    command = [dagster, "dev", "-w", str(ROOT / "workspace.yaml"), "--port", str(free_port())]
    with (
        (settings.home / "dev.log").open("wb") as log,
        subprocess.Popen(
            command, env=environment, cwd=settings.home, stdout=log, stderr=log
        ) as process,
    ):
        try:
            yield instance
        finally:
            process.terminate()
            try:
                assert process.wait(60) == 0
            finally:
                process.kill()  # nothing, where it has ended; else the block would wait for ever


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait(until: Callable[[], bool], seconds: float = 150) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.5)


@pytest.mark.slow
def test_two_files_dropped_at_once_come_out_painted(
    settings: Settings, platform: dg.DagsterInstance, clip: ClipFactory
) -> None:
    incoming, outputs = (settings.home / room / STYLE for room in ("incoming", "outputs"))
    incoming.mkdir(parents=True)
    for name, frames in (("one.mp4", 4), ("two.mp4", 5)):
        shutil.copy(clip(name, frames=frames), incoming / name)
    wait(lambda: all((outputs / name).exists() for name in ("one.mp4", "two.mp4")))
    wait(lambda: all(run.is_finished for run in platform.get_runs()), 30)
    assert {run.status for run in platform.get_runs()} == {dg.DagsterRunStatus.SUCCESS}
    shutil.copy(incoming / "one.mp4", incoming / "same.part")
    (incoming / "same.part").replace(incoming / "one.mp4")
    ticks = sensor_ticks(platform)
    wait(lambda: sensor_ticks(platform) >= ticks + 2, 90)
    assert platform.get_runs_count() == 2


@pytest.mark.slow
def test_what_is_no_video_goes_aside_once_and_the_next_is_painted(
    settings: Settings, platform: dg.DagsterInstance, clip: ClipFactory
) -> None:
    incoming, outputs = (settings.home / room / STYLE for room in ("incoming", "outputs"))
    incoming.mkdir(parents=True)
    (incoming / "noise.mp4").write_bytes(b"not a video" * 99)
    wait(lambda: bool(list(settings.home.glob("quarantine/noise-*/reason.json"))))
    wait(lambda: all(run.is_finished for run in platform.get_runs()), 30)
    assert not (incoming / "noise.mp4").exists()
    shutil.copy(clip("one.mp4", frames=4), incoming / "noise.mp4")
    wait(lambda: (outputs / "noise.mp4").exists())
    wait(lambda: all(run.is_finished for run in platform.get_runs()), 30)
    statuses = [run.status for run in platform.get_runs()]
    assert statuses == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
    assert len(platform.fetch_observations(dg.AssetKey("quarantine"), limit=9).records) == 1


def sensor_ticks(instance: dg.DagsterInstance) -> int:
    states = instance.all_instigator_state()
    (state,) = (each for each in states if each.instigator_name == "new_video_sensor")
    return len(instance.get_ticks(state.instigator_origin_id, state.selector_id))
