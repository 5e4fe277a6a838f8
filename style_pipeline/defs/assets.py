"""The four assets of a video in a style. Their descriptions are the documentation people read."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg

from style_pipeline import cancellation
from style_pipeline.defs import checks, extraction, facts, partitions, pictures
from style_pipeline.defs.ceiling import Ceiling
from style_pipeline.defs.failures import told_to_dagster
from style_pipeline.defs.finishing import finish
from style_pipeline.defs.painting import frames_to_paint, style_job
from style_pipeline.defs.quarantining import refusing
from style_pipeline.defs.resources import Recipe
from style_pipeline.defs.scratch import Scratch
from style_pipeline.defs.sources import Source
from style_pipeline.defs.stages import Stages
from style_pipeline.defs.steadiness import steadiness
from style_pipeline.defs.style_assets import STYLE_CHECKPOINT
from style_pipeline.job import StyleLauncher
from style_pipeline.media.treatment import treatment
from style_pipeline.store import MediaStore

GROUP = "style_transfer"
OWNERS = ["team:media"]

if TYPE_CHECKING:
    Result = dg.MaterializeResult[Any]
else:  # Dagster reads this annotation, and does not know the generic form
    Result = dg.MaterializeResult


@dg.asset(
    partitions_def=partitions.grid,
    group_name=GROUP,
    owners=OWNERS,
    kinds={"ffmpeg", "file"},
    tags={"step": "extract"},
    description=(
        "Every audio stream of the uploaded video, **copied bit for bit**: never decoded, never "
        "encoded again. A video without sound gives an empty manifest, not an error.\n\n"
        "Kept by the content of the source, so a second style of the same video finds it here. "
        "The table names each stream with the checksum that the finished video must show again."
    ),
)
def audio_track(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[MediaStore],
    scratch: dg.ResourceParam[Scratch],
) -> Result:
    """Find the source's audio in the store, or copy it there."""
    stages = Stages()
    with told_to_dagster(), refusing(context, store, scratch):
        source = _source(context, scratch, stages)
        kept = extraction.kept_audio(store, extraction.audio_folder(source))
        folder = scratch.folder("audio")
        audio = kept or extraction.take_audio(store, source, folder, stages)
    known = facts.audio_facts(source, audio, reused=kept is not None)
    return dg.MaterializeResult(metadata={**known, **facts.stage_facts(stages.seconds)})


@dg.asset(
    partitions_def=partitions.grid,
    group_name=GROUP,
    owners=OWNERS,
    kinds={"ffmpeg", "file"},
    tags={"step": "extract"},
    check_specs=[checks.FRAMES_WHOLE],
    description=(
        "Every frame of the uploaded video, **losslessly**, with its own time: nothing is dropped, "
        "doubled or moved to a fixed rate. The frames lie in shards of a few dozen, each a small "
        "video in the source's own pixel format and colours, named by one manifest. HDR is "
        "tone-mapped, interlaced pictures are made whole, transparent ones laid over black, or "
        "refused, as the settings say; `notes` say what was done.\n\n"
        "Kept by the content of the source and the extraction settings, so a second style of the "
        "same video decodes nothing. A damaged or half-uploaded source is refused here, with the "
        "numbers."
    ),
)
def frames(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[MediaStore],
    scratch: dg.ResourceParam[Scratch],
    recipe: Recipe,
) -> Result:
    """Find the source's frames in the store, whole and unharmed, or decode them."""
    stages, settings = Stages(), recipe.frame_settings()
    with told_to_dagster(), refusing(context, store, scratch):
        source = _source(context, scratch, stages)
        treatment(source.probe, settings.policies)  # what policy refuses is not kept either
        kept = extraction.kept_frames(store, extraction.frames_folder(source, settings))
        folder = scratch.folder("frames")
        manifest = kept or extraction.take_frames(store, source, settings, folder, stages)
        whole = checks.frames_are_whole(store, manifest)
        sheet = pictures.sheet_of_frames(store, manifest) if whole.passed else None
    known = facts.frame_facts(source, manifest, reused=kept is not None)
    return dg.MaterializeResult(
        metadata={**known, **facts.stage_facts(stages.seconds), "contact_sheet": sheet},
        check_results=[whole],
    )


@dg.asset(
    partitions_def=partitions.grid,
    deps=[
        frames,
        partitions.of_its_style(STYLE_CHECKPOINT),
    ],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"pytorch", "mpi"},
    tags={"step": "paint"},
    check_specs=[checks.STYLED_WHOLE],
    description=(
        "The frames, **painted**: one MPI job in which every rank takes the next shard, so that no "
        "rank waits for another. One rank and many give the same pictures.\n\n"
        "A shard that is finished stays finished: after a crash, a cancellation or a restart on "
        "another number of ranks, only what is missing is done. The table shows how fast each rank "
        "was and where its time went; the picture shows frames before and after."
    ),
)
def styled_frames(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[MediaStore],
    scratch: dg.ResourceParam[Scratch],
    launcher: dg.ResourceParam[StyleLauncher[Any]],
    ceiling: dg.ResourceParam[Ceiling],
    recipe: Recipe,
) -> Result:
    """Run the style job, and believe the store, not the job, about what is finished."""
    stages = Stages()
    with told_to_dagster(context.retry_number):
        with refusing(context, store, scratch):
            source = _source(context, scratch, stages)
        manifest = frames_to_paint(store, source, recipe)
        job = style_job(store, source, manifest, recipe, context.run.run_id)
        ceiling.refuse(context.instance, datetime.now(UTC))
        with stages("paint"):
            report = launcher.run(context, job, manifest)
        whole = checks.styled_frames_are_whole(store, manifest, job)
        sheet = pictures.sheet_before_after(store, manifest, job) if whole.passed else None
    known = facts.style_facts(job, manifest, report)
    return dg.MaterializeResult(
        metadata={**known, **facts.stage_facts(stages.seconds), "before_and_after": sheet},
        check_results=[whole],
    )


@dg.asset(
    partitions_def=partitions.grid,
    deps=[audio_track, frames, styled_frames],
    group_name=GROUP,
    owners=OWNERS,
    kinds={"ffmpeg", "mp4"},
    tags={"step": "finish"},
    description=(
        "The finished video, under `outputs/<style>/`: the painted frames with the source's times "
        "and the source's sound, put together by copying, in seconds.\n\n"
        "**Compared with its source before it is published**: number and times of the frames, "
        "duration, size, aspect, rotation, colours, every picture packet by packet with the "
        "painted shards, every audio stream packet by packet with the source, "
        "subtitles, chapters, names and tags. One table shows the comparison, another what was "
        "kept, converted and left out. One difference, and the asset fails with the numbers, and "
        "nothing appears under the video's name.\n\n"
        "`flicker_levels` says how much the painting flickers: by how many of 255 levels a pixel "
        "changes from frame to frame where the source only moves, less what the source changes "
        "itself. It is measured on a few short runs of frames and never fails the asset."
    ),
)
def final_video(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[MediaStore],
    scratch: dg.ResourceParam[Scratch],
    recipe: Recipe,
) -> Result:
    """Assemble, verify, publish."""
    stages = Stages()
    with told_to_dagster():
        with refusing(context, store, scratch):
            source = _source(context, scratch, stages)
        manifest = frames_to_paint(store, source, recipe)
        job = style_job(store, source, manifest, recipe, context.run.run_id)
        folder, container = scratch.folder("final"), recipe.container()
        with cancellation.threads(1) as beside:
            measured = beside.submit(steadiness, store, manifest, job)
            finished = finish(store, source, manifest, job, container, folder, stages)
            context.log.info(f"published {finished.key}")
            with stages("flicker"):  # what is left to wait for
                steady = facts.flicker_facts(measured.result())
    known = facts.final_facts(source, manifest, finished, store.url) | steady
    return dg.MaterializeResult(metadata={**known, **facts.stage_facts(stages.seconds)})


def _source(context: dg.AssetExecutionContext, scratch: Scratch, stages: Stages) -> Source:
    """The uploaded video of the partition, the same version for every asset of a run."""
    style, video = partitions.parts_of(context.partition_key)
    with stages("download"):
        return scratch.source(style, video)
