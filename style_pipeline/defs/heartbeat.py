"""The sensor that says every minute that the platform lives, and what lies before it.

Traces tell of runs that have ended. What never ends, or never begins, is seen by these numbers, and
by their absence: where they stop, the daemon, its machine or its way out is gone.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickStatus

from style_pipeline.defs import alerts, overview
from style_pipeline.telemetry import Telemetry

_OF_LATE = timedelta(minutes=15)


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Sends four numbers every minute: runs that wait, that are at work, that have not moved "
        "for an hour, and sensors whose last look failed. Alerts go by them, and by their absence."
    ),
)
def heartbeat_sensor(
    context: dg.SensorEvaluationContext, telemetry: dg.ResourceParam[Telemetry]
) -> dg.SensorResult:
    """One beat."""
    now = datetime.now(UTC)
    works = list(overview.at_work(context.instance))
    known = alerts.watch(alerts.parsed(context.cursor), alerts.how_far(works), now.timestamp())
    numbers = {
        "waiting": overview.waiting(context.instance),
        "at_work": len(works),
        "stuck": sum(seen.told for seen in known.values()),
        "failing_sensors": failing_sensors(context.instance, now),
    }
    telemetry.beat(numbers)
    told = ", ".join(f"{name} {number}" for name, number in numbers.items())
    return dg.SensorResult(skip_reason=told, cursor=alerts.written(known))


def failing_sensors(instance: dg.DagsterInstance, now: datetime) -> int:
    """How many sensors looked of late, and failed the last time; one that is gone looks no more."""
    after = (now - _OF_LATE).timestamp()
    ended = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]
    last = (
        instance.get_ticks(
            state.instigator_origin_id, state.selector_id, after=after, limit=1, statuses=ended
        )
        for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR)
    )
    return sum(ticks[0].status is TickStatus.FAILURE for ticks in last if ticks)
