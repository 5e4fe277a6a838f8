"""The hot folder: a video that appears in ``incoming/<style>/`` is painted with no further hand."""

from datetime import UTC, datetime
from functools import partial

import dagster as dg

from style_pipeline import again, intake, layout
from style_pipeline.defs import quarantining
from style_pipeline.defs.handing_out import Rules, asked_for, may_ask, partitions_of, request
from style_pipeline.defs.jobs import paint_video
from style_pipeline.intake import Arrival, Cursor
from style_pipeline.settings import LISTING_SECONDS
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue

SOURCE = "listing"


_DESCRIPTION = (
    "Looks into `incoming/` every few seconds and asks for one run per new video: the folder "
    "names the style, or a look such as `great-wave.strength_60`. A video is new by name "
    "**and** content, so the same file again makes no run and a changed one makes one; "
    "`style-pipeline submit --again` makes one of the same content.\n\n"
    "What cannot be painted yet is named with its reason in the tick. What never can be is "
    "moved to `quarantine/`. Neither keeps the others waiting. Results go to `outputs/`, which "
    "is not looked at, so nothing triggers itself."
)


def _look(
    context: dg.SensorEvaluationContext,
    store: dg.ResourceParam[MediaStore],
    intake_rules: dg.ResourceParam[Rules],
) -> dg.SensorResult:
    """One look; see :func:`style_pipeline.intake.look` for what is taken and what is not."""
    now = datetime.now(UTC)
    found = intake.look(
        store.list(layout.INCOMING),
        partial(catalogue.fault, known=catalogue.offers(store)),
        Cursor.parse(context.cursor),
        now,
        size_fault=intake_rules.limits.size_fault,
        repeats=again.repeats(store),
    )
    moved = quarantining.clear_away(store, found.rejections, now, context.log)
    closed = intake_rules.ceiling.fault(context.instance, now)
    unasked = [each for each in found.arrivals if not asked_for(context.instance, each)]
    asking = () if closed else unasked
    wanted = [each for each in asking if _is_ours(context, store, intake_rules, each, now)]
    left = [each for each in unasked if each not in wanted]
    told = found.summary([entry.upload for entry in moved])
    if wanted:
        context.log.info(told)
    return dg.SensorResult(
        run_requests=[request(arrival) for arrival in wanted],
        skip_reason=None if wanted else closed or told,
        cursor=str(found.cursor.without(left)),
        dynamic_partitions_requests=partitions_of(wanted),
        asset_events=[quarantining.observation(entry) for entry in moved],
    )


def _is_ours(
    context: dg.SensorEvaluationContext,
    store: MediaStore,
    rules: Rules,
    arrival: Arrival,
    now: datetime,
) -> bool:
    """Whether no other sensor is just asking for this run."""
    alone = not rules.two_sources
    return alone or may_ask(context.instance, store, arrival, SOURCE, now)


def listing_sensor(seconds: int) -> dg.SensorDefinition:
    """The sensor that lists ``incoming/`` every so many seconds."""
    return dg.sensor(
        job=paint_video,
        name="new_video_sensor",
        minimum_interval_seconds=seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=_DESCRIPTION,
    )(_look)


new_video_sensor = listing_sensor(LISTING_SECONDS)
"""As it is where nothing else is set."""
