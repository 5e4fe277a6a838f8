"""The local launcher in real Dagster runs: success, failure, resumption, cancellation, deadline."""

import logging
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline import layout, process
from style_pipeline.errors import ConfigurationError
from style_pipeline.job import Progress
from style_pipeline.launchers.listener import PROGRESS_LOGGER
from style_pipeline.launchers.local_mpi import LocalMpiLauncher
from style_pipeline.stores import LocalStore
from style_pipeline_tests.launchers.launch import materialize
from style_pipeline_tests.launchers.results import failure, reported, said
from style_pipeline_tests.mpi import worker_pids
from style_pipeline_tests.worker.conftest import SourceFactory

ENDED_SECONDS = 15


def test_a_job_is_run_reported_and_not_done_twice(
    source: SourceFactory, instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    whole = source(frames=9, shard_frames=2)
    job = whole.job()
    launcher = LocalMpiLauncher(whole.store.url, ranks=2)
    with caplog.at_level(logging.INFO, PROGRESS_LOGGER):
        result = materialize(launcher, job, whole.manifest, instance)
    assert result.success
    report = reported(result)
    assert (report.frames, report.shards_styled, report.world_size) == (9, 5, 2)
    assert len(whole.styled(job)) == 2 * 5
    heard = [record.args[0] for record in caplog.records if record.name == PROGRESS_LOGGER]
    assert all(isinstance(progress, Progress) for progress in heard)
    assert heard[-1].frames_done == heard[-1].frames_total == 9
    assert "9 of 9 frames" in said(instance, result.run_id)

    again = materialize(launcher, job, whole.manifest, instance)
    assert (reported(again).shards_styled, reported(again).shards_reused) == (0, 5)


def test_ranks_paint_with_what_lies_in_operations_and_not_beside_the_uploads(
    source: SourceFactory, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    whole = source(frames=3, shard_frames=2)
    job = whole.job()
    operations = LocalStore(tmp_path / "operations")
    for found in list(whole.store.list(layout.STYLES)):
        operations.upload(whole.store.read_bytes(found.key), found.key)
        whole.store.upload(b"an uploader's", found.key)
    launcher = LocalMpiLauncher(whole.store.url, operations.url, ranks=1)
    result = materialize(launcher, job, whole.manifest, instance)
    assert reported(result).shards_styled == 2, said(instance, result.run_id)


def test_by_default_there_are_as_many_ranks_as_cores_but_no_more_than_shards(
    source: SourceFactory, instance: dg.DagsterInstance
) -> None:
    whole = source(frames=1, shard_frames=1)
    launcher = LocalMpiLauncher(whole.store.url)
    result = materialize(launcher, whole.job(), whole.manifest, instance)
    assert reported(result).world_size == 1


def test_a_failing_rank_fails_the_run_with_its_traceback_in_the_log(
    source: SourceFactory, instance: dg.DagsterInstance
) -> None:
    whole = source(frames=9, shard_frames=1)
    job = whole.job()
    whole.store.upload(b"no shard", whole.manifest.shards[4].key)
    launcher = LocalMpiLauncher(whole.store.url, ranks=2)
    result = materialize(launcher, job, whole.manifest, instance)
    assert not result.success
    log = said(instance, result.run_id)
    assert "Traceback" in log
    assert "in _fetch" in log
    kind, message = failure(result)
    assert kind == "StyleJobError"
    assert "is not the shard that its manifest describes" in message
    assert "materialise the frames again" in message
    assert len(message.strip().splitlines()) == 1
    assert worker_pids(whole.store.url) == []


def test_an_old_report_is_not_taken_for_this_jobs(
    source: SourceFactory, instance: dg.DagsterInstance
) -> None:
    whole = source(frames=3, shard_frames=1)
    job = whole.job()
    launcher = LocalMpiLauncher(whole.store.url, ranks=1)
    assert materialize(launcher, job, whole.manifest, instance).success
    whole.store.upload(b"no shard", whole.manifest.shards[1].key)
    whole.store.delete(job.styled_key(whole.manifest.shards[1]))
    assert not materialize(launcher, job, whole.manifest, instance).success
    assert not whole.store.exists(layout.report_key(job.prefix))


def test_past_its_deadline_a_job_is_ended(
    source: SourceFactory, instance: dg.DagsterInstance
) -> None:
    whole = source(frames=9, shard_frames=1)
    launcher = LocalMpiLauncher(whole.store.url, ranks=2, deadline=0.5)
    result = materialize(launcher, whole.job(), whole.manifest, instance)
    kind, message = failure(result)
    assert kind == "StyleJobTimeout"
    assert "deadline of 0.5 s" in message
    assert worker_pids(whole.store.url) == []


def test_a_rank_killed_by_the_system_is_explained(
    source: SourceFactory, instance: dg.DagsterInstance
) -> None:
    whole = source(frames=9, shard_frames=1)
    launcher = LocalMpiLauncher(whole.store.url, ranks=2)
    killer = threading.Thread(target=_kill_first_rank, args=(whole.store.url,), daemon=True)
    killer.start()
    result = materialize(launcher, whole.job(), whole.manifest, instance)
    kind, message = failure(result)
    assert kind == "StyleJobError"
    assert "was killed, perhaps for want of memory" in message
    killer.join()
    assert worker_pids(whole.store.url) == []


def _kill_first_rank(url: str) -> None:
    while not (ranks := worker_pids(url)):
        time.sleep(0.02)
    time.sleep(0.3)
    os.kill(ranks[0], signal.SIGKILL)


@pytest.mark.parametrize(
    ("number", "painting"),
    [(signal.SIGINT, False), (signal.SIGTERM, True), (signal.SIGKILL, True)],
    ids=["interrupted at the start", "terminated while painting", "killed while painting"],
)
def test_ending_the_launcher_ends_every_rank(
    tmp_path: Path, number: signal.Signals, painting: bool
) -> None:
    lines: list[str] = []
    argv = [sys.executable, "-m", "style_pipeline_tests.launchers.launch", str(tmp_path / "run")]
    url = (tmp_path / "run" / "store").as_uri()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with process.running(argv, on_line=lines.append, env=env) as running:
        wait_for(lambda: len(worker_pids(url)) == 2, lines)
        if painting:
            wait_for(lambda: any((tmp_path / "run").rglob("shards/*.mp4.json")), lines)
        os.kill(running.pid, number)
        code = running.wait(ENDED_SECONDS)
        assert code is not None, lines
        wait_for(lambda: worker_pids(url) == [], lines)
        assert code != 0 or "SUCCESS" not in lines
    with dg.DagsterInstance.local_temp(str(tmp_path / "run" / "dagster")) as instance:
        (run,) = instance.get_runs()
    # Nobody was left to record the end of a run that was killed.
    killed = number == signal.SIGKILL
    status = dg.DagsterRunStatus.STARTED if killed else dg.DagsterRunStatus.FAILURE
    assert run.status == status


def wait_for(condition: object, lines: list[str]) -> None:
    until = time.monotonic() + 120
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until, lines
        time.sleep(0.02)


@pytest.mark.parametrize("wrong", [{"ranks": 0}, {"deadline": 0.0}])
def test_settings_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError):
        replace(LocalMpiLauncher("file:///srv"), **wrong)  # type: ignore[arg-type]
