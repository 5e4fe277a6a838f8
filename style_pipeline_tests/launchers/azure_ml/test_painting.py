"""Jobs that really paint on simulated nodes, in real Dagster runs, through the unchanged SDK."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline import layout, process
from style_pipeline.job import StyleJob
from style_pipeline.stores import open_store
from style_pipeline_tests.azure_ml.blobs import MEDIA
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.run import Blow
from style_pipeline_tests.launchers.azure_ml.conftest import LauncherFactory, keep_learnt
from style_pipeline_tests.launchers.launch import materialize
from style_pipeline_tests.launchers.results import failure, reported, said, told_of_failure
from style_pipeline_tests.mpi import paint, worker_pids
from style_pipeline_tests.sources import Source
from style_pipeline_tests.worker.conftest import SourceFactory

pytestmark = pytest.mark.slow

FEW = {"frames": 80, "shard_frames": 20, "size": (640, 480)}
LONG = {"frames": 120, "shard_frames": 2, "size": (320, 240)}
ROOT = Path(__file__).parents[3]


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def shards_done(whole: Source, job: StyleJob) -> int:
    return sum(key.endswith(".json") for key in whole.styled(job))


def no_rank_lives(whole: Source) -> None:
    wait_for(lambda: worker_pids(whole.store.url) == [], 15)


@contextmanager
def meanwhile(action: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread; its failure fails the test."""
    failures: list[BaseException] = []

    def act() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - raised again below, as a failure
            failures.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    yield
    thread.join(60)
    assert failures == []


def test_the_result_is_the_local_launchers_byte_for_byte(
    cloud: Cloud,
    launcher: LauncherFactory,
    source: SourceFactory,
    instance: dg.DagsterInstance,
    tmp_path: Path,
) -> None:
    whole, local = (source(frames=9, shard_frames=2) for _ in range(2))
    job = whole.job()
    paint(local.store, local.job(), ranks=1)
    prices = tmp_path / "prices.toml"
    prices.write_text("currency = 'EUR'\n[Standard_NC4as_T4_v3]\nlow_priority = 3.5\n")
    made = launcher(whole.store.url, PRICES=str(prices))
    result = materialize(made, job, whole.manifest, instance)
    assert result.success
    assert whole.styled(job) == local.styled(local.job())
    report = reported(result)
    assert (report.world_size, report.shards_styled) == (2, 5)
    (run,) = cloud.runs.values()
    notes = "; ".join(report.notes)
    assert f"Azure ML job {run.name} on 2 nodes" in notes
    assert f"https://ml.azure.com/runs/{run.name}" in notes
    assert "node-hours, about 0.0" in notes
    assert "at 3.5 EUR per node-hour" in notes
    assert "9 of 9 frames" in said(instance, result.run_id)


def test_media_and_messages_may_lie_in_blobs(
    cloud: Cloud,
    launcher: LauncherFactory,
    source: SourceFactory,
    instance: dg.DagsterInstance,
) -> None:
    """Nothing is shared between Dagster, its store and the nodes but what a token opens."""
    local = source(frames=9, shard_frames=2)
    job = local.job()
    media, operations = cloud.new_container(MEDIA), cloud.new_container()
    store = open_store(media)
    for found in local.store.list():
        store.upload(local.store.read_bytes(found.key), found.key)
    made = launcher(media, OPERATIONS=operations)
    store.upload(b"an uploader's", local.choice.key or "")
    result = materialize(made, job, local.manifest, instance)
    assert result.success, said(instance, result.run_id)
    assert "9 of 9 frames" in said(instance, result.run_id)
    paint(local.store, job, ranks=1)
    assert {key: store.read_bytes(key) for key in local.styled(job)} == local.styled(job)
    (run,) = cloud.runs.values()
    kept = [found.key for found in open_store(operations).list()]
    spoken = [key for key in kept if not layout.is_learnt(key)]
    assert spoken
    assert all(key.startswith(layout.messages_prefix(run.name)) for key in spoken)


def test_a_failing_ranks_traceback_is_in_dagsters_log(
    cloud: Cloud,
    launcher: LauncherFactory,
    source: SourceFactory,
    instance: dg.DagsterInstance,
) -> None:
    whole = source(frames=9, shard_frames=1)
    job = whole.job()
    whole.store.upload(b"no shard", whole.manifest.shards[4].key)
    result = materialize(launcher(whole.store.url), job, whole.manifest, instance)
    log = said(instance, result.run_id)
    assert "std_log_process_00" in log
    assert "std_log_process_01" in log
    assert "Traceback" in log
    assert "in _fetch" in log
    kind, message = failure(result)
    assert kind == "StyleJobError"
    assert "is not the shard that its manifest describes; materialise the frames again" in message
    assert len(message.strip().splitlines()) == 1
    logs = told_of_failure(result)
    assert logs.keys() == {"error", "std_log_process_00", "std_log_process_01"}
    assert "Traceback" in logs["std_log_process_00"] + logs["std_log_process_01"]
    no_rank_lives(whole)


@pytest.mark.parametrize("restart", [True, False], ids=["same job restarts", "job fails"])
def test_after_a_preemption_the_rest_and_only_the_rest_is_done(
    cloud: Cloud,
    launcher: LauncherFactory,
    source: SourceFactory,
    instance: dg.DagsterInstance,
    restart: bool,
) -> None:
    whole = source(**FEW)
    job = whole.job()

    def preempt() -> None:
        run = cloud.wait_for("Running")
        wait_for(lambda: shards_done(whole, job) >= 2)
        cloud.preempt(run, restart=restart)

    with meanwhile(preempt):
        result = materialize(launcher(whole.store.url, NODES="3"), job, whole.manifest, instance)
    assert result.success, said(instance, result.run_id)
    report = reported(result)
    assert report.shards_reused >= 2
    assert 1 <= report.shards_styled == 4 - report.shards_reused
    runs = list(cloud.runs.values())
    starts = [(run.nodes, run.starts) for run in runs]
    assert starts == ([(3, 2)] if restart else [(3, 1), (report.shards_styled, 1)])
    assert cloud.plane.calls.count("PUT jobs/{name}") == len(runs)
    assert all(f"Azure ML job {run.name} on {run.nodes} node" in str(report.notes) for run in runs)


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_node_without_a_heartbeat_is_waited_for_but_not_for_ever(
    cloud: Cloud,
    launcher: LauncherFactory,
    source: SourceFactory,
    instance: dg.DagsterInstance,
    comes_back: bool,
) -> None:
    whole = source(**LONG)

    def freeze() -> None:
        run = cloud.wait_for("Running")
        wait_for(lambda: shards_done(whole, whole.job()))
        run.strike(Blow.FREEZE)
        (at_work,) = instance.get_runs()
        wait_for(lambda: "is NotResponding" in said(instance, at_work.run_id))
        if comes_back:
            run.strike(Blow.THAW)

    made = launcher(whole.store.url, PATIENCE_SECONDS="60" if comes_back else "1")
    with meanwhile(freeze):
        result = materialize(made, whole.job(), whole.manifest, instance)
    (run,) = cloud.runs.values()
    if comes_back:
        assert reported(result).shards_styled == 60
        return
    assert f"Azure ML job {run.name} was NotResponding for" in failure(result)[1]
    wait_for(lambda: run.status == "Canceled", 20)
    no_rank_lives(whole)


def test_ending_dagster_ends_the_job_and_its_ranks(
    cloud: Cloud, operations: str, source: SourceFactory, tmp_path: Path
) -> None:
    cloud.provision()
    whole = source(**LONG)
    with dagster_at_work(cloud, operations, whole, tmp_path) as (running, lines):
        run = cloud.wait_for("Running")
        wait_for(lambda: shards_done(whole, whole.job()))
        os.kill(running.pid, signal.SIGINT)
        assert running.wait(30) is not None, lines
    assert "SUCCESS" not in lines
    wait_for(lambda: run.status == "Canceled", 20)
    no_rank_lives(whole)
    with dg.DagsterInstance.local_temp(str(tmp_path / "home")) as instance:
        (record,) = instance.get_run_records()
        assert record.dagster_run.status == dg.DagsterRunStatus.FAILURE
        assert materialized(instance) == 0


def test_a_new_dagster_attends_to_the_job_that_the_killed_one_left(
    cloud: Cloud,
    launcher: LauncherFactory,
    operations: str,
    source: SourceFactory,
    instance: dg.DagsterInstance,
    tmp_path: Path,
) -> None:
    whole = source(**LONG)
    with dagster_at_work(cloud, operations, whole, tmp_path) as (running, lines):
        run = cloud.wait_for("Running")
        wait_for(lambda: shards_done(whole, whole.job()))
        os.kill(running.pid, signal.SIGKILL)
        running.wait(30)
    assert run.status == "Running", lines
    result = materialize(launcher(whole.store.url), whole.job(), whole.manifest, instance)
    assert result.success
    report = reported(result)
    assert (report.shards_styled, report.shards_reused) == (60, 0)
    assert cloud.plane.calls.count("PUT jobs/{name}") == 1
    assert (list(cloud.runs), run.starts) == ([run.name], 1)
    assert "exists already" in said(instance, result.run_id)


def materialized(instance: dg.DagsterInstance) -> int:
    key = dg.AssetKey("styled")
    return len(instance.fetch_materializations(key, limit=5).records)


@contextmanager
def dagster_at_work(
    cloud: Cloud, operations: str, whole: Source, folder: Path
) -> Iterator[tuple[process.Running, list[str]]]:
    """A Dagster process of its own that runs the job of ``whole``."""
    lines: list[str] = []
    home = folder / "home"
    home.mkdir()
    job = whole.job()
    module = "style_pipeline_tests.launchers.azure_ml.launch"
    argv = [sys.executable, "-m", module, whole.store.url, layout.job_key(job.prefix), str(home)]
    keep_learnt(whole.store.url, operations)
    settings = cloud.settings(OPERATIONS=operations, POLL_SECONDS="0.1", NODES="2")
    env = {**os.environ, **settings, "PYTHONPATH": str(ROOT)}
    with process.running(argv, on_line=lines.append, env=env) as running:
        yield running, lines
