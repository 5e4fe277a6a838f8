"""The hot folder: a video that appears in ``incoming/<style>/`` is painted with no further hand."""

from datetime import UTC, datetime
from functools import partial

import dagster as dg

from style_pipeline import intake, layout
from style_pipeline.defs import partitions
from style_pipeline.defs.jobs import UPLOAD_TAG, paint_video
from style_pipeline.intake import Arrival, Cursor
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue


@dg.sensor(
    job=paint_video,
    minimum_interval_seconds=15,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Looks into `incoming/` every 15 seconds and asks for one run per new video: the folder "
        "names the style, or a look such as `great-wave.strength_60`. A video is new by name "
        "**and** content, so the same file again makes no run and a changed one makes one. "
        "Anything that cannot be painted is named with its reason in the tick, and never keeps the "
        "others waiting. Results go to `outputs/`, which is not looked at, so nothing triggers "
        "itself."
    ),
)
def new_video_sensor(
    context: dg.SensorEvaluationContext, store: dg.ResourceParam[MediaStore]
) -> dg.SensorResult:
    """One look; see :func:`style_pipeline.intake.look` for what is taken and what is not."""
    look_fault = partial(catalogue.fault, known=catalogue.offers(store))
    listing = store.list(layout.INCOMING)
    cursor = Cursor.parse(context.cursor)
    found = intake.look(listing, look_fault, cursor, now=datetime.now(UTC))
    wanted = [each for each in found.arrivals if not _asked_for(context.instance, each)]
    for rejection in found.rejections if wanted else ():
        context.log.warning(f"rejected {rejection}")
    return dg.SensorResult(
        run_requests=[_request(arrival) for arrival in wanted],
        skip_reason=None if wanted else found.summary(),
        cursor=str(found.cursor),
        dynamic_partitions_requests=[
            partitions.styles.build_add_request(sorted({each.upload.style for each in wanted})),
            partitions.videos.build_add_request(sorted({each.upload.video for each in wanted})),
        ],
    )


def _asked_for(instance: dg.DagsterInstance, arrival: Arrival) -> bool:
    """Whether somebody is painting, or has painted, this very upload by the command line."""
    wanted = dg.RunsFilter(tags={UPLOAD_TAG: arrival.run_key})
    return bool(instance.get_run_records(wanted, limit=1))


def _request(arrival: Arrival) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=arrival.run_key,
        partition_key=partitions.key_of(arrival.upload),
        tags={UPLOAD_TAG: arrival.run_key},
    )
