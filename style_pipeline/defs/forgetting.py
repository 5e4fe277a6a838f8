"""Takes old runs of videos, lessons and orders out of Dagster's records, where nothing hangs on
them any more.

What Dagster knows of a partition is in the events of the run that made it last: that run stays,
however old. So does the only run of an upload that still lies in ``incoming/``, and the only lesson
of a painting that is not learnt, since by it the sensors know that nobody has to ask again.
Everything else, failed attempts, earlier paintings and lessons, orders, goes once it is old; and of
all old runs, what their processes wrote to files.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

import dagster as dg
from dagster import DagsterInstance, RunRecord
from dagster._core.storage.tags import RUN_KEY_TAG
from pydantic import Field

from style_pipeline import layout, upload_keys
from style_pipeline.defs import partitions
from style_pipeline.defs.housekeeping import NOT_ENDED, forget
from style_pipeline.defs.jobs import UPLOAD_TAG
from style_pipeline.defs.orders import order_look
from style_pipeline.defs.style_assets import STYLE_CHECKPOINT, due, learn_style
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore

JOB = "forget_runs"

_USUAL_DAYS = 90
_MADE = dg.DagsterEventType.ASSET_MATERIALIZATION
_ENDED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]


class Remembering(dg.Config):
    """How long."""

    days: float = Field(description="Days after its end that a run is forgotten.")


@dg.op
def forget_old_runs(
    context: dg.OpExecutionContext, config: Remembering, store: dg.ResourceParam[MediaStore]
) -> None:
    """One run after the other, oldest first."""
    before = datetime.now(UTC) - timedelta(days=config.days)
    instance, forgotten, kept = context.instance, 0, 0
    needed = _Needed(instance, store)
    for record in _old(instance, before):
        run = record.dagster_run
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        if needed.is_needed(run):
            kept += 1
            continue
        instance.delete_run(run.run_id)
        forgotten += 1
    context.add_output_metadata({"forgotten": forgotten, "kept": kept})
    forget(instance, JOB, before)


def forget_runs(settings: Settings) -> dg.JobDefinition:
    """The job, to be run by hand or by its schedule."""
    remembering = Remembering(days=settings.run_days or _USUAL_DAYS)

    @dg.job(
        name=JOB,
        description=(
            "Take runs that ended more than STYLE_PIPELINE_RUN_DAYS ago out of Dagster's records. "
            "What made a partition last stays, and what keeps an upload from being painted again."
        ),
        config=dg.RunConfig(ops={forget_old_runs.name: remembering}),
    )
    def job() -> None:
        forget_old_runs()

    return job


def forgetting_schedule(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Once a day, when it is quiet in most places."""
    return dg.ScheduleDefinition(
        name="forget_runs_schedule",
        job=job,
        cron_schedule="41 2 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


class _Needed:
    """What hangs on runs: other runs, partitions, and what lies in the store."""

    def __init__(self, instance: DagsterInstance, store: MediaStore) -> None:
        self._instance = instance
        self._uploads = {f"{found.key}|{found.etag}" for found in store.list(layout.INCOMING)}
        self._lessons = set(due(store).values())
        self._maker = cache(self._last_maker_of)
        running = instance.get_runs(dg.RunsFilter(statuses=NOT_ENDED))
        self._resumed = {run.parent_run_id for run in running}

    def is_needed(self, run: dg.DagsterRun) -> bool:
        """Whether ``run`` is resumed just now, made something last, or stands for what is there."""
        return run.run_id in self._resumed or self._made_last(run) or self._stands_alone(run)

    def _made_last(self, run: dg.DagsterRun) -> bool:
        for record in self._instance.get_records_for_run(run.run_id, of_type=_MADE).records:
            asset, partition = record.asset_key, record.partition_key
            if asset and partition and self._maker(asset, partition) == run.run_id:
                return True
        return False

    def _stands_alone(self, run: dg.DagsterRun) -> bool:
        """Whether it is the only one by which sensors know of an upload or of a painting."""
        upload, lesson = run.tags.get(UPLOAD_TAG, ""), run.tags.get(RUN_KEY_TAG, "")
        if upload_keys.upload_of(upload) in self._uploads:
            known_by = {UPLOAD_TAG: upload}
        elif lesson in self._lessons:
            known_by = {RUN_KEY_TAG: lesson}
        else:
            return False
        return self._instance.get_runs_count(dg.RunsFilter(tags=known_by)) == 1

    def _last_maker_of(self, asset: dg.AssetKey, partition: str) -> str | None:
        wanted = dg.AssetRecordsFilter(asset, asset_partitions=[partition])
        latest = self._instance.fetch_materializations(wanted, limit=1).records
        return latest[0].run_id if latest else None


def _old(instance: DagsterInstance, before: datetime) -> Iterator[RunRecord]:
    """Runs of ours that ended before."""
    wanted = dg.RunsFilter(statuses=_ENDED, updated_before=before)
    for record in instance.get_run_records(wanted, order_by="update_timestamp", ascending=True):
        if _is_ours(record.dagster_run):
            yield record


def _is_ours(run: dg.DagsterRun) -> bool:
    """Whether it is about a style and a video, is a lesson, or placed an order."""
    by_hand = STYLE_CHECKPOINT in (run.asset_selection or ())
    jobs = (learn_style.name, order_look.name)
    return all(partitions.of_run(run)) or by_hand or run.job_name in jobs
