"""The proofs that stand between the assets: where one fails, nothing after it runs."""

import warnings
from collections.abc import Sequence

import dagster as dg

from style_pipeline.defs.extraction import shard_faults
from style_pipeline.defs.partitions import grid
from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest
from style_pipeline.store import MediaStore
from style_pipeline.worker.finished import finished_shards


def _blocking(name: str, asset: str, description: str) -> dg.AssetCheckSpec:
    """A check per partition, which Dagster calls a preview, loudly, at every start."""
    with warnings.catch_warnings(action="ignore", category=dg.PreviewWarning):
        return dg.AssetCheckSpec(
            name, asset=asset, blocking=True, partitions_def=grid, description=description
        )


FRAMES_WHOLE = _blocking(
    "frames_are_whole",
    "frames",
    (
        "The manifest numbers every frame once, without a gap, with rising times; every shard lies "
        "in the store with the sha256 that the manifest gives."
    ),
)

STYLED_WHOLE = _blocking(
    "styled_frames_are_whole",
    "styled_frames",
    (
        "Every shard of the frames has its painted counterpart in the store: made from that very "
        "shard by this very job, with as many frames, unharmed since it was written."
    ),
)


def frames_are_whole(store: MediaStore, manifest: FrameManifest) -> dg.AssetCheckResult:
    """Reads every shard back; that the manifest has no gap, it has checked itself."""
    faults = tuple(shard_faults(store, manifest))
    return _result(FRAMES_WHOLE, manifest, faults)


def styled_frames_are_whole(
    store: MediaStore, manifest: FrameManifest, job: StyleJob
) -> dg.AssetCheckResult:
    """Reads every painted shard back and compares it with its sidecar."""
    finished = finished_shards(store, job, manifest.shards)
    faults = tuple(
        f"painted shard {shard.index} is missing or damaged"
        for shard in manifest.shards
        if shard.index not in finished
    )
    return _result(STYLED_WHOLE, manifest, faults)


def _result(
    spec: dg.AssetCheckSpec, manifest: FrameManifest, faults: Sequence[str]
) -> dg.AssetCheckResult:
    summary = "; ".join(faults[:5]) or f"all {manifest.frame_count} frames are there"
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=not faults,
        description=summary,
        metadata={
            "frames": manifest.frame_count,
            "shards": len(manifest.shards),
            "faults": len(faults),
        },
    )
