"""The asset that stands behind every style: its checkpoint, shipped or learnt from a painting."""

import base64
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import dagster as dg

from style_pipeline import layout
from style_pipeline.defs import partitions
from style_pipeline.defs.failures import told_to_dagster
from style_pipeline.defs.lessons import Studio
from style_pipeline.errors import ObjectMissing
from style_pipeline.lesson import Lesson, LessonLauncher, LessonReport
from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue

STYLE_CHECKPOINT = dg.AssetKey("style_checkpoint")

if TYPE_CHECKING:
    Result = dg.MaterializeResult[Any]
else:  # Dagster reads this annotation, and does not know the generic form
    Result = dg.MaterializeResult


@dg.asset(
    key=STYLE_CHECKPOINT,
    partitions_def=partitions.styles,
    group_name="styles",
    owners=["team:media"],
    kinds={"pytorch"},
    tags={"step": "learn"},
    description=(
        "What a style is to the network: for the styles of the package, the shipped checkpoint; "
        "for a painting in `styles/<name>/`, a **lesson** in which the network learns that "
        "painting, in minutes, with its body left as it is. From then on the style can be painted "
        "and blended like the shipped ones.\n\n"
        "The picture shows three photographs, what the network makes of them, and how the errors "
        "fell. A lesson that was stopped goes on where it was."
    ),
)
def style_checkpoint(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[MediaStore],
    launcher: dg.ResourceParam[LessonLauncher[Any]],
    studio: Studio,
) -> Result:
    """See that every style of the look is learnt; only a painting that is not makes work."""
    with told_to_dagster(context.retry_number):
        look = Look.parse(context.partition_key)
        known = catalogue.offers(store)
        catalogue.refuse(look, known)
        facts: dict[str, Any] = {}
        for style in look.styles:
            if known[style].kind == "any":
                lesson = studio.lesson(store, style, context.run.run_id)
                facts |= _lesson_facts(store, lesson, launcher.learn(context, lesson))
        chosen = catalogue.choose(look, store)
    sources = {
        style.name: f"{style.key or 'the package'} ({style.sha256[:12]})" for style in chosen
    }
    return dg.MaterializeResult(metadata={**sources, **facts})


def _lesson_facts(store: MediaStore, lesson: Lesson, report: LessonReport) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "steps": report.steps,
        "seconds": report.seconds,
        "device": report.device,
        "learnt_from": report.nearest,
        "style_error_before": report.style_error_before,
        "style_error": report.style_error,
        "content_error": report.content_error,
        "painting": lesson.painting.key,
        **({"notes": "; ".join(report.notes)} if report.notes else {}),
    }
    with suppress(ObjectMissing):
        jpeg = base64.b64encode(store.read_bytes(layout.samples_key(lesson.prefix))).decode()
        facts["samples"] = dg.MetadataValue.md(f"![samples](data:image/jpeg;base64,{jpeg})")
    return facts


learn_style = dg.define_asset_job(
    "learn_style",
    selection=[style_checkpoint],
    description="Have the network learn a painting: one lesson per style.",
)


def due(store: MediaStore) -> dict[str, str]:
    """The run key of the lesson of each painting that is not learnt, by style."""
    return {
        offer.name: f"{offer.name}|{store.stat(offer.key).etag}"
        for offer in catalogue.offers(store).values()
        if offer.kind == "any" and offer.key and not catalogue.is_passing(offer.name)
    }


@dg.sensor(
    job=learn_style,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Looks into `styles/` every 30 seconds and starts a lesson for each painting that the "
        "network has not learnt, once per painting. It needs STYLE_PIPELINE_TRUNK and "
        "STYLE_PIPELINE_PHOTOGRAPHS. Paintings that were only named with `any:` are left alone."
    ),
)
def new_painting_sensor(
    context: dg.SensorEvaluationContext, store: dg.ResourceParam[MediaStore], studio: Studio
) -> dg.SensorResult:
    """One run per painting and content; run keys keep it from asking twice."""
    lacking, wanted = studio.lacks(), due(store)
    if lacking or not wanted:
        return dg.SensorResult(skip_reason=lacking or "every painting has been learnt")
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(run_key=run_key, partition_key=name) for name, run_key in wanted.items()
        ],
        dynamic_partitions_requests=[partitions.styles.build_add_request(sorted(wanted))],
    )
