"""Tells people of runs that failed, and of runs that have not moved for long."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from style_pipeline.defs import overview, partitions
from style_pipeline.defs.overview import Work
from style_pipeline.defs.webhook import Webhook

STALL_SECONDS = 3600.0
"""The longest that an asset may be made without a new frame being reported."""


@dataclass(frozen=True)
class Seen:
    """How far a run was, and since when (seconds); ``told`` once people know that it is stuck."""

    state: str
    since: float
    told: bool = False


def watch(before: Mapping[str, Seen], runs: Mapping[str, str], now: float) -> dict[str, Seen]:
    """What is known of each run now, from what was known ``before``.

    ``runs`` is how far each one is, in any words. One that has not moved for
    :data:`STALL_SECONDS` comes back as told; it is news where it was not so before.
    """
    known = {}
    for run, state in runs.items():
        seen = before.get(run)
        if seen is None or seen.state != state:
            seen = Seen(state, now)
        known[run] = Seen(state, seen.since, seen.told or now - seen.since >= STALL_SECONDS)
    return known


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitor_all_code_locations=True,
    description=(
        "Tells the web hook of every run that failed, lessons too: what, why, and which run."
    ),
)
def failed_run_alert(
    context: dg.RunFailureSensorContext, webhook: dg.ResourceParam[Webhook]
) -> None:
    """One message per failed run."""
    run = context.dagster_run
    reason = overview.why_failed(context.instance, run.run_id)
    what = "|".join(filter(None, partitions.of_run(run))) or run.job_name
    webhook.tell(_message("failed", what, reason, run.run_id))


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Tells the web hook of a run in which nothing has moved for an hour, once. The run is left "
        "as it is: somebody should look."
    ),
)
def stalled_run_alert(
    context: dg.SensorEvaluationContext, webhook: dg.ResourceParam[Webhook]
) -> dg.SensorResult:
    """One message per run that is stuck."""
    now = datetime.now(UTC)
    works = {work.run_id: work for work in overview.at_work(context.instance)}
    before = parsed(context.cursor)
    known = watch(before, how_far(works.values()), now.timestamp())
    news = [run for run, seen in known.items() if seen.told and not _told(before, run)]
    for run in news:
        work = works[run]
        since = datetime.fromtimestamp(known[run].since, UTC).isoformat(timespec="seconds")
        reason = f"nothing has moved since {since}: {work.state} {work.detail}".strip()
        webhook.tell(_message("stalled", work.what, reason, run))
    told = f"{len(known)} at work, {len(news)} stuck"
    return dg.SensorResult(skip_reason=told, cursor=written(known))


def how_far(works: Iterable[Work]) -> dict[str, str]:
    """How far each run is, without the rate, which changes while nothing moves."""
    return {work.run_id: f"{work.state} {work.detail.split(',')[0]}" for work in works}


def written(known: Mapping[str, Seen]) -> str:
    """What is known of each run, as a sensor's cursor."""
    return json.dumps({run: [s.state, s.since, s.told] for run, s in known.items()})


def _told(before: Mapping[str, Seen], run: str) -> bool:
    return run in before and before[run].told


def parsed(cursor: str | None) -> dict[str, Seen]:
    """What :func:`written` wrote; nothing is known where it cannot be read."""
    try:
        content: dict[str, Any] = json.loads(cursor or "{}")
        return {run: Seen(*values) for run, values in content.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _message(event: str, what: str, reason: str, run_id: str) -> dict[str, str]:
    text = f"{what} {event}: {reason}"
    return {"text": text, "event": event, "what": what, "reason": reason, "run_id": run_id}
