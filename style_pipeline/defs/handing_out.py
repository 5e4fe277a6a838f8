"""From an arrival to its run: the request, its partition, and whether somebody asked already.

Two sensors may see one upload at the same time, and Dagster compares run keys within one sensor
only. So they agree here: whoever asks first lays a claim into the store, and then looks once more
whether the run is there. A claim of which no run came is void after a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import dagster as dg

from style_pipeline import upload_keys
from style_pipeline.defs import partitions
from style_pipeline.defs.ceiling import Ceiling
from style_pipeline.defs.jobs import UPLOAD_TAG
from style_pipeline.errors import ObjectChanged
from style_pipeline.intake import Arrival
from style_pipeline.limits import UploadLimits
from style_pipeline.store import MediaStore

CLAIM_AGE = timedelta(minutes=10)
"""Longer than Dagster takes to make a run of a request."""


@dataclass(frozen=True)
class Rules:
    """What sensors go by; ``two_sources`` where messages tell of uploads besides the listing."""

    limits: UploadLimits
    two_sources: bool = False
    ceiling: Ceiling = field(default_factory=Ceiling)


def asked_for(instance: dg.DagsterInstance, arrival: Arrival) -> bool:
    """Whether somebody is painting, or has painted, this very upload: a sensor or a person."""
    wanted = dg.RunsFilter(tags={UPLOAD_TAG: arrival.run_key})
    return bool(instance.get_run_records(wanted, limit=1))


def may_ask(
    instance: dg.DagsterInstance,
    store: MediaStore,
    arrival: Arrival,
    source: str,
    now: datetime,
) -> bool:
    """Whether it is for the sensor ``source`` to ask for this run."""
    return _claimed(store, arrival, source, now) and not asked_for(instance, arrival)


def _claimed(store: MediaStore, arrival: Arrival, source: str, now: datetime) -> bool:
    key = upload_keys.claim_key(arrival.run_key)
    try:
        store.upload(source.encode(), key, if_absent=True)
    except ObjectChanged:
        return _claimed_before(store, key, source, now)
    return True


def _claimed_before(store: MediaStore, key: str, source: str, now: datetime) -> bool:
    """A sensor that was interrupted finds its own claim; another's it may take over in the end."""
    held = store.stat(key)
    if store.read_bytes(key) == source.encode():
        return True
    if now - held.modified < CLAIM_AGE:
        return False
    try:
        store.upload(source.encode(), key, if_match=held.etag)
    except ObjectChanged:
        return False
    return True


def request(arrival: Arrival) -> dg.RunRequest:
    """One run for one arrival."""
    return dg.RunRequest(
        run_key=arrival.run_key,
        partition_key=partitions.key_of(arrival.upload),
        tags={UPLOAD_TAG: arrival.run_key},
    )


def partitions_of(
    arrivals: Sequence[Arrival],
) -> list[dg.AddDynamicPartitionsRequest | dg.DeleteDynamicPartitionsRequest]:
    """Makes Dagster know the partitions before their runs are asked for."""
    return [
        partitions.styles.build_add_request(sorted({each.upload.style for each in arrivals})),
        partitions.videos.build_add_request(sorted({each.upload.video for each in arrivals})),
    ]
