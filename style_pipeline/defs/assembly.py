"""Everything that Dagster is told, for one set of settings: one code location for videos, one for
styles.

They are two because `dagster asset materialize --select '*' --partition 'STYLE|VIDEO'` needs every
asset of a location on one grid, and a style has no video. The videos' location knows the styles'
asset by its key, so that the lineage from painting to video is seen in the interface.

In-process execution: the heavy work is in processes of its own anyway, and starting an interpreter
per asset costs more than all four assets do besides it.
"""

import dagster as dg

from style_pipeline.defs import (
    alerts,
    assets,
    forgetting,
    housekeeping,
    orders,
    partitions,
    quarantining,
    style_assets,
)
from style_pipeline.defs.event_sensor import blob_created_sensor
from style_pipeline.defs.heartbeat import heartbeat_sensor
from style_pipeline.defs.jobs import paint_video
from style_pipeline.defs.resources import embedded_resources
from style_pipeline.defs.sensors import listing_sensor
from style_pipeline.defs.tracing import trace_sensor
from style_pipeline.settings import Settings


def definitions_for(settings: Settings) -> dg.Definitions:
    """Assets, job, sensor and resources that turn videos into paintings."""
    styles = dg.AssetSpec(
        style_assets.STYLE_CHECKPOINT, partitions_def=partitions.styles, group_name="styles"
    )
    clearing, forgetful = housekeeping.clear_work(settings), forgetting.forget_runs(settings)
    videos = [assets.audio_track, assets.frames, assets.styled_frames, assets.final_video]
    return dg.Definitions(
        assets=[*videos, styles, quarantining.ASSET],
        jobs=[paint_video, orders.order_look, clearing, forgetful],
        schedules=[
            *([housekeeping.clearing_schedule(clearing)] if settings.work_days else []),
            *([forgetting.forgetting_schedule(forgetful)] if settings.run_days else []),
        ],
        sensors=[
            listing_sensor(settings.listing_seconds),
            housekeeping.killed_run_sensor(settings),
            *_events(settings),
            *_watchers(settings),
        ],
        resources=embedded_resources(settings),
        executor=dg.in_process_executor,
    )


def _events(settings: Settings) -> list[dg.SensorDefinition]:
    """Where a queue is named, its messages tell of uploads before a listing does."""
    return [blob_created_sensor] if settings.queue_url else []


def _watchers(settings: Settings) -> list[dg.SensorDefinition]:
    """Whoever wants to be told of failures has named a web hook; of traces, where they go."""
    told = [alerts.failed_run_alert, alerts.stalled_run_alert] if settings.alerts else []
    return [*told, *([trace_sensor, heartbeat_sensor] if settings.traces else [])]


def style_definitions_for(settings: Settings) -> dg.Definitions:
    """Asset, job, sensor and resources that turn paintings into styles."""
    return dg.Definitions(
        assets=[style_assets.style_checkpoint],
        jobs=[style_assets.learn_style],
        sensors=[style_assets.new_painting_sensor],
        resources=embedded_resources(settings),
        executor=dg.in_process_executor,
    )
