"""The scratch folder: gone with its run, even with one that was killed."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.defs.scratch import opened, sweep
from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore


def folders(settings: Settings) -> list[str]:
    return [path.name for path in settings.scratch.iterdir() if path.is_dir()]


def test_it_lasts_as_long_as_its_run(
    settings: Settings, store: MediaStore, instance: dg.DagsterInstance
) -> None:
    with opened(settings.scratch, store, instance, "run-1") as scratch:
        first, second = scratch.folder("frames"), scratch.folder("frames")
        assert first != second
        assert first.is_dir()
        assert folders(settings) == ["run-1"]
        with opened(settings.scratch, store, instance, "run-2"):
            assert sorted(folders(settings)) == ["run-1", "run-2"]
    assert folders(settings) == []


def test_it_goes_when_the_run_fails(
    settings: Settings, store: MediaStore, instance: dg.DagsterInstance
) -> None:
    with pytest.raises(KeyboardInterrupt), opened(settings.scratch, store, instance, "run-1"):
        raise KeyboardInterrupt
    assert folders(settings) == []


RUN_THAT_HANGS = """
import sys, time
from pathlib import Path
import dagster as dg
from style_pipeline.defs.scratch import opened
from style_pipeline.stores import open_store
home, scratch, store, run_id = sys.argv[1:]
with dg.DagsterInstance.from_config(home) as instance:
    with opened(Path(scratch), open_store(store), instance, run_id):
        print("ready", flush=True)
        time.sleep(60)
"""


def test_a_killed_run_is_cleared_away_and_closed(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    @dg.job
    def nothing() -> None: ...

    run = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED)
    argv = [sys.executable, "-c", RUN_THAT_HANGS, str(settings.dagster_home)]
    argv += [str(settings.scratch), settings.store_url, run.run_id]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert sweep(settings.scratch, instance) == ()
        process.kill()
    assert folders(settings) == [run.run_id]
    assert sweep(settings.scratch, instance) == (run.run_id,)
    assert folders(settings) == []
    closed = instance.get_run_by_id(run.run_id)
    assert closed is not None
    assert closed.status is dg.DagsterRunStatus.FAILURE


def test_a_place_that_cannot_be_written_is_one_clear_line(
    settings: Settings, store: MediaStore, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    broken = replace(settings, scratch=tmp_path / "file/scratch")
    with (
        pytest.raises(ConfigurationError, match="cannot be written"),
        opened(broken.scratch, store, instance, "run-1"),
    ):
        pass
