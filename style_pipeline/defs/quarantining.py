"""What can never be painted goes out of the way, and Dagster is told: in the log of the tick or of
the run, and as an event of the asset ``quarantine``.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg

from style_pipeline import quarantine
from style_pipeline.defs import partitions
from style_pipeline.defs.scratch import Scratch
from style_pipeline.errors import ObjectMissing, StylePipelineError, UnusableVideo
from style_pipeline.intake import Rejection
from style_pipeline.quarantine import Quarantined
from style_pipeline.store import MediaStore, StoredObject

ASSET = dg.AssetSpec(
    "quarantine",
    group_name="style_transfer",
    owners=["team:media"],
    kinds={"file"},
    description=(
        "Uploads that can never be painted, moved out of `incoming/` to `quarantine/`: each event "
        "names the upload, the reason, and where it lies now. `style-pipeline quarantine` lists "
        "them, `style-pipeline release NAME` puts one back and has it painted."
    ),
)

_MOVES_PER_LOOK = 25


def clear_away(
    store: MediaStore, rejections: Iterable[Rejection], now: datetime, log: logging.Logger
) -> Sequence[Quarantined]:
    """Put aside what a look at ``incoming/`` found hopeless; one that stays stops nobody."""
    moved = []
    for rejection in [each for each in rejections if each.hopeless][:_MOVES_PER_LOOK]:
        try:
            moved.append(quarantine.put_aside(store, rejection.found, rejection.reason, now))
        except StylePipelineError as error:
            log.warning(f"{rejection.name} could not be put into quarantine: {error}")
    return moved


@contextmanager
def refusing(
    context: dg.AssetExecutionContext, store: MediaStore, scratch: Scratch
) -> Iterator[None]:
    """Puts this partition's upload aside where the block finds that it can never be painted."""
    try:
        yield
    except UnusableVideo as error:
        found = scratch.refuse(*partitions.parts_of(context.partition_key), error)
        if found is not None:
            _put_aside(context, store, found, str(error))
        raise


def observation(entry: Quarantined) -> dg.AssetObservation:
    """What Dagster shows of an upload that was put aside."""
    return dg.AssetObservation(
        asset_key=ASSET.key,
        metadata={
            "upload": ascii(entry.upload)[1:-1],
            "reason": entry.reason,
            "etag": entry.etag,
            "bytes": entry.size,
            "held": entry.held,
            "release": f"style-pipeline release {entry.name}",
            **({"dagster_run": dg.MetadataValue.dagster_run(entry.run_id)} if entry.run_id else {}),
        },
    )


def _put_aside(
    context: dg.AssetExecutionContext, store: MediaStore, found: StoredObject, reason: str
) -> None:
    """As good as it goes: whatever fails here, the run ends with the video's own fault."""
    try:
        now, run_id = datetime.now(UTC), context.run.run_id
        entry = quarantine.put_aside(store, found, reason, now, run_id)
    except ObjectMissing:
        return
    except StylePipelineError as error:
        context.log.warning(f"it could not be put into quarantine: {error}")
        return
    context.log_event(observation(entry))
    context.log.error(
        f"{found.key!r} was moved to {entry.held!r}; once the cause is gone, "
        f"'style-pipeline release {entry.name}' puts it back"
    )
