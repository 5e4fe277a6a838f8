"""From an arrival to its run: the request, its partition, and whether somebody asked already."""

from collections.abc import Sequence

import dagster as dg

from style_pipeline.defs import partitions
from style_pipeline.defs.jobs import UPLOAD_TAG
from style_pipeline.intake import Arrival


def asked_for(instance: dg.DagsterInstance, arrival: Arrival) -> bool:
    """Whether somebody is painting, or has painted, this very upload: a sensor or a person."""
    wanted = dg.RunsFilter(tags={UPLOAD_TAG: arrival.run_key})
    return bool(instance.get_run_records(wanted, limit=1))


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
