"""What is in the works is told as it is: waiting, being made and how far, failed and why."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from style_pipeline.defs import overview, partitions
from style_pipeline.defs.failures import told_to_dagster
from style_pipeline.errors import UnusableVideo
from style_pipeline.job import Progress
from style_pipeline.layout import Upload

KEY = partitions.key_of(Upload("tahiti", "holiday.mp4"))


@pytest.fixture
def grid(instance: dg.DagsterInstance) -> dg.DagsterInstance:
    """The instance, with one partition on the grid."""
    partitions.register(instance, Upload("tahiti", "holiday.mp4"))
    return instance


def asset(action: Callable[[dg.AssetExecutionContext], None]) -> dg.AssetsDefinition:
    @dg.asset(name="styled_frames", partitions_def=partitions.grid)
    def made(context: dg.AssetExecutionContext) -> None:
        action(context)

    return made


@contextmanager
def running(
    instance: dg.DagsterInstance, *progress: Progress
) -> Iterator[Callable[[Progress], None]]:
    """A run that has said ``progress`` and goes on until the block ends; lets it say more."""
    said, over = threading.Event(), threading.Event()
    contexts: list[dg.AssetExecutionContext] = []

    def say(progress: Progress) -> None:
        contexts[0].log.info(str(progress))

    def act(context: dg.AssetExecutionContext) -> None:
        contexts.append(context)
        for each in progress:
            say(each)
        said.set()
        assert over.wait(60)

    arguments = {"instance": instance, "partition_key": KEY}
    thread = threading.Thread(target=dg.materialize, args=([asset(act)],), kwargs=arguments)
    thread.start()
    try:
        assert said.wait(60)
        yield say
    finally:
        over.set()
        thread.join(60)


def works(instance: dg.DagsterInstance) -> list[overview.Work]:
    return list(overview.in_the_works(instance, datetime.now(UTC)))


def test_a_run_at_work_says_what_it_makes_and_how_far_it_is(grid: dg.DagsterInstance) -> None:
    early, late = Progress(1, 96, 0.5, None), Progress(40, 96, 12.5, 4.0)
    with running(grid, early, late):
        (work,) = works(grid)
    assert f"{work.style}|{work.video}" == KEY
    assert (work.state, work.detail) == ("styled_frames", str(late))
    assert abs(work.since - datetime.now(UTC)) < timedelta(minutes=2)
    assert works(grid) == []


def test_a_run_that_failed_says_why_for_a_day(grid: dg.DagsterInstance) -> None:
    def fail(_: object) -> None:
        with told_to_dagster():
            raise UnusableVideo("the file holds no video; upload one that does")

    ended = dg.materialize([asset(fail)], instance=grid, partition_key=KEY, raise_on_error=False)
    (work,) = works(grid)
    assert (work.state, work.run_id) == ("failed", ended.run_id)
    assert work.detail == "the file holds no video; upload one that does"
    tomorrow = datetime.now(UTC) + timedelta(days=1, minutes=1)
    assert list(overview.in_the_works(grid, tomorrow)) == []


def test_a_run_that_waits_is_listed_after_those_at_work(grid: dg.DagsterInstance) -> None:
    job = dg.define_asset_job("paint").resolve(
        asset_graph=dg.Definitions(assets=[asset(lambda _: None)]).resolve_asset_graph()
    )
    tags = {"dagster/partition": KEY}
    queued = grid.create_run_for_job(job, tags=tags, status=dg.DagsterRunStatus.NOT_STARTED)
    with running(grid):
        at_work, waiting = works(grid)
    assert (at_work.state, at_work.detail) == ("styled_frames", "")
    assert (waiting.state, waiting.run_id) == ("waiting", queued.run_id)


@pytest.mark.parametrize(
    "progress", [Progress(0, 3, 0.0, None), Progress(7, 900, 3.4, 12.0, unit="steps")]
)
def test_what_progress_says_can_be_read_again(progress: Progress) -> None:
    assert Progress.parse(str(progress)) == progress
    assert Progress.parse(f"{progress}, or so") is None
