"""One grid for all assets, style x video, both dynamic: a painting trained today is a column today.

Dagster orders the dimensions by name, so a partition is written ``STYLE|VIDEO``.
"""

import warnings

import dagster as dg
from dagster._core.definitions.partitions.context import PartitionLoadingContext
from dagster._core.storage.tags import PARTITION_NAME_TAG

from style_pipeline.errors import PartitionError
from style_pipeline.layout import Upload

styles = dg.DynamicPartitionsDefinition(name="style")
videos = dg.DynamicPartitionsDefinition(name="video")


class StyleByVideo(dg.MultiPartitionsDefinition):
    """The grid; it says what to do where Dagster would only say that a key is not there."""

    def validate_partition_key(self, partition_key: str, context: PartitionLoadingContext) -> None:
        """Raises PartitionError where ``partition_key`` is not registered."""
        try:
            super().validate_partition_key(partition_key, context)
        except dg.DagsterUnknownPartitionError as error:
            home = getattr(context.dynamic_partitions_store, "root_directory", "this Dagster home")
            raise PartitionError(
                f"STYLE|VIDEO {partition_key!r} is not registered in {home}: register it with "
                "'style-pipeline submit VIDEO --style STYLE', which prints the right key, and set "
                "DAGSTER_HOME to the same folder for both"
            ) from error


grid = StyleByVideo({"style": styles, "video": videos})


def of_its_style(asset: dg.AssetKey) -> dg.AssetDep:
    """That an asset of the grid depends on ``asset``, which is partitioned by style alone."""
    with warnings.catch_warnings(action="ignore", category=dg.BetaWarning):
        mapping = dg.MultiToSingleDimensionPartitionMapping("style")
    return dg.AssetDep(asset, partition_mapping=mapping)


def key_of(upload: Upload) -> str:
    """The partition of an upload."""
    return f"{upload.style}|{upload.video}"


def parts_of(partition_key: str) -> tuple[str, str]:
    """Style and video of a partition key; raises PartitionError where it is not ``STYLE|VIDEO``."""
    style, separator, video = partition_key.partition("|")
    if not (style and separator and video) or "|" in video:
        raise PartitionError(f"{partition_key!r} is no partition: write it as 'STYLE|VIDEO'")
    return style, video


def of_run(run: dg.DagsterRun) -> tuple[str, str]:
    """The style and the video that a run is about; either is empty where there is none."""
    style, _, video = run.tags.get(PARTITION_NAME_TAG, "").partition("|")
    return style, video


def register(instance: dg.DagsterInstance, upload: Upload) -> str:
    """Make the upload's partition known; its key. Registering twice is no error."""
    instance.add_dynamic_partitions("style", [upload.style])
    instance.add_dynamic_partitions("video", [upload.video])
    return key_of(upload)
