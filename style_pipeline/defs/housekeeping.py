"""Clears the work in between once it is old, and never while a video is being painted.

Nothing of it is needed once the video is there; what is missed is made again. A run that begins
while a group is being cleared finds its manifest gone before its shards, and makes both anew.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
from pydantic import Field

from style_pipeline import retention
from style_pipeline.defs.scratch import sweep
from style_pipeline.retention import Group
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store

JOB = "clear_work"

NOT_ENDED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


class Keeping(dg.Config):
    """How long; and the store that jobs on a cluster report through, where there is one."""

    days: float = Field(description="Days after its last change that work is cleared.")
    operations: str | None = Field(default=None, description="URL of that store.")


@dg.op
def clear_stale_work(
    context: dg.OpExecutionContext, config: Keeping, store: dg.ResourceParam[MediaStore]
) -> None:
    """Clear one group after the other, for as long as nothing else runs."""
    now = datetime.now(UTC)
    cleared, size = 0, 0
    for place, group in _candidates(store, config.operations):
        if not retention.stale(group, now, config.days):
            continue
        if busy(context.instance, context.run_id):
            context.log.info("a run is under way: the rest waits for the next time")
            break
        if _clear(place, group, now, config.days):
            context.log.info(f"cleared {group.prefix}: {group.size:,} bytes")
            cleared, size = cleared + 1, size + group.size
    context.add_output_metadata({"cleared": cleared, "bytes": size})
    forget(context.instance, JOB, now - timedelta(days=config.days))


def busy(instance: dg.DagsterInstance, run_id: str = "") -> bool:
    """Whether any run but ``run_id`` has been asked for and has not ended."""
    found = instance.get_run_records(dg.RunsFilter(statuses=NOT_ENDED))
    return any(record.dagster_run.run_id != run_id for record in found)


def forget(instance: dg.DagsterInstance, job: str, before: datetime) -> None:
    """Take earlier runs of such a job out of Dagster's records: nothing hangs on them."""
    old = dg.RunsFilter(job_name=job, updated_before=before)
    for record in instance.get_run_records(old):
        if record.dagster_run.is_finished:
            instance.delete_run(record.dagster_run.run_id)


def clear_work(settings: Settings) -> dg.JobDefinition:
    """The job, to be run by hand or by its schedule."""
    keeping = Keeping(
        days=settings.work_days or 30,
        operations=settings.learnt_url,
    )

    @dg.job(
        name=JOB,
        description=(
            "Clear what lies in `work/` and has not changed for STYLE_PIPELINE_WORK_DAYS, and old "
            "messages of jobs. It waits while any run is under way; what is missed is made again."
        ),
        config=dg.RunConfig(ops={clear_stale_work.name: keeping}),
    )
    def clear() -> None:
        clear_stale_work()

    return clear


def clearing_schedule(job: dg.JobDefinition) -> dg.ScheduleDefinition:
    """Four times a day, since it may meet a run that is under way."""

    @dg.schedule(
        name="clear_work_schedule",
        job=job,
        cron_schedule="17 */6 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if busy(context.instance):
            return dg.SkipReason("a run is under way; work is cleared when none is")
        return dg.RunRequest()

    return schedule


def killed_run_sensor(settings: Settings) -> dg.SensorDefinition:
    """Closes runs whose process was killed: Dagster would let others wait for them."""

    @dg.sensor(
        name="killed_run_sensor",
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Looks every minute for runs whose process is gone, after a crash or a power cut, "
            "marks them as failed and removes their temporary files. Run again, they resume."
        ),
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        closed = sweep(settings.scratch, context.instance)
        return dg.SkipReason(f"closed {', '.join(closed)}" if closed else "no run was killed")

    return sensor


def _candidates(store: MediaStore, operations: str | None) -> Iterator[tuple[MediaStore, Group]]:
    places = [store, *([open_store(operations)] if operations else [])]
    for place in places:
        for prefix, parts in retention.KINDS.items():
            for group in retention.groups(place.list(prefix), parts):
                yield place, group


def _clear(place: MediaStore, group: Group, now: datetime, days: float) -> bool:
    """Whether it was cleared: not where something in it has been written since it was listed."""
    fresh = Group(group.prefix, tuple(place.list(group.prefix)))
    if not retention.stale(fresh, now, days):
        return False
    for key in fresh.keys_in_order():
        place.delete(key)
    return True
