"""What is in the works: every run that has not ended, how far it is, and what failed of late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter

from style_pipeline.defs import partitions
from style_pipeline.job import Progress

FAILURES_SHOWN = timedelta(days=1)

_AHEAD = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
]
_AT_WORK = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


@dataclass(frozen=True)
class Work:
    """One run: of ``video`` in ``style``, or of the style alone, which is then being learnt.

    ``state`` is ``waiting``, ``failed``, or the asset that is being made; ``since`` is when the run
    began, or began to wait, or failed. ``detail`` is its progress, or why it failed; empty where
    nothing is known. ``run_id`` is Dagster's.
    """

    style: str
    video: str
    state: str
    since: datetime
    detail: str
    run_id: str

    @property
    def what(self) -> str:
        """The partition: ``STYLE|VIDEO``, or the style alone."""
        return f"{self.style}|{self.video}" if self.video else self.style


def in_the_works(instance: DagsterInstance, now: datetime) -> Iterator[Work]:
    """Runs at work, oldest first, then those that wait, then those that failed in the last day."""
    yield from at_work(instance)
    for record in reversed(instance.get_run_records(RunsFilter(statuses=_AHEAD))):
        yield _work(record, "waiting", record.create_timestamp, "")
    failed = RunsFilter(statuses=[DagsterRunStatus.FAILURE], updated_after=now - FAILURES_SHOWN)
    for record in instance.get_run_records(failed):
        reason = why_failed(instance, record.dagster_run.run_id)
        yield _work(record, "failed", record.update_timestamp, reason)


def at_work(instance: DagsterInstance) -> Iterator[Work]:
    """Runs that have begun and not ended, oldest first."""
    for record in reversed(instance.get_run_records(RunsFilter(statuses=_AT_WORK))):
        yield _at_work(instance, record)


def waiting(instance: DagsterInstance) -> int:
    """How many runs have been asked for and have not begun."""
    return instance.get_runs_count(RunsFilter(statuses=_AHEAD))


def progress_of(instance: DagsterInstance, run_id: str) -> Progress | None:
    """The last that a run's job said of how far it is."""
    for entry in reversed(instance.all_logs(run_id)):
        known = Progress.parse(entry.user_message)
        if known is not None:
            return known
    return None


def why_failed(instance: DagsterInstance, run_id: str) -> str:
    """The first line of what the failing step said."""
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    for entry in failures:
        data = entry.get_dagster_event().step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            return data.user_failure_data.description.splitlines()[0]
        if data.error is not None:
            return data.error.message.strip().splitlines()[0]
    return "it ended without a reason; Dagster's log of the run may say more"


def current_step(instance: DagsterInstance, run_id: str) -> str | None:
    """The asset that is being made."""
    for stats in instance.get_run_step_stats(run_id):
        if stats.start_time is not None and stats.end_time is None:
            return stats.step_key
    return None


def _at_work(instance: DagsterInstance, record: RunRecord) -> Work:
    run_id = record.dagster_run.run_id
    progress = progress_of(instance, run_id)
    since = record.create_timestamp
    if record.start_time is not None:
        since = datetime.fromtimestamp(record.start_time, UTC)
    detail = "" if progress is None else str(progress)
    return _work(record, current_step(instance, run_id) or "starting", since, detail)


def _work(record: RunRecord, state: str, since: datetime, detail: str) -> Work:
    style, video = partitions.of_run(record.dagster_run)
    return Work(style, video, state, since, detail, record.dagster_run.run_id)
