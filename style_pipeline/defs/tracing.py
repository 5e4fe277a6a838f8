"""The sensor that sends the trace of every run, once it has ended."""

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter

from style_pipeline.defs.traces import trace_of
from style_pipeline.store import MediaStore
from style_pipeline.telemetry import Telemetry

_ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
_PER_TICK = 25
_LOOK_BACK = timedelta(hours=1)


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Sends one OpenTelemetry trace for every run that has ended: its time in the queue, every "
        "attempt at every asset, every shard on its rank; and metrics of them. What cannot be sent "
        "is tried again at the next look."
    ),
)
def trace_sensor(
    context: dg.SensorEvaluationContext,
    store: dg.ResourceParam[MediaStore],
    telemetry: dg.ResourceParam[Telemetry],
) -> dg.SensorResult:
    """Runs that ended since the last look, oldest first."""
    since = _parsed(context.cursor)
    wanted = RunsFilter(statuses=_ENDED, updated_after=since)
    records = context.instance.get_run_records(
        wanted, limit=_PER_TICK, order_by="update_timestamp", ascending=True
    )
    for record in records:
        telemetry.send(trace_of(context.instance, store, record))
        since = record.update_timestamp
    return dg.SensorResult(
        skip_reason=f"{len(records)} traces sent", cursor=since.astimezone(UTC).isoformat()
    )


def _parsed(cursor: str | None) -> datetime:
    """A new installation tells of its last hour."""
    try:
        return datetime.fromisoformat(cursor or "")
    except ValueError:
        return datetime.now(UTC) - _LOOK_BACK
