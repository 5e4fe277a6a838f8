"""Everything that Dagster is told, for one set of settings."""

import dagster as dg

from style_pipeline.defs import assets
from style_pipeline.defs.jobs import paint_video
from style_pipeline.defs.resources import embedded_resources
from style_pipeline.defs.sensors import new_video_sensor
from style_pipeline.settings import Settings


def definitions_for(settings: Settings) -> dg.Definitions:
    """Assets, job, sensor and resources of an installation.

    In-process execution: the heavy work is in processes of its own anyway, and starting an
    interpreter per asset costs more than all four assets do besides it.
    """
    return dg.Definitions(
        assets=[assets.audio_track, assets.frames, assets.styled_frames, assets.final_video],
        jobs=[paint_video],
        sensors=[new_video_sensor],
        resources=embedded_resources(settings),
        executor=dg.in_process_executor,
    )
