"""The grid: what a key looks like, and what is said about one that is not there."""

import dagster as dg
import pytest

from style_pipeline.defs import partitions
from style_pipeline.errors import PartitionError
from style_pipeline.layout import Upload


def test_a_key_is_style_and_video() -> None:
    upload = Upload("great-wave", "My Clip.mp4")
    key = partitions.key_of(upload)
    assert key.startswith("great-wave|my-clip-")
    assert partitions.parts_of(key) == ("great-wave", upload.video)


def test_dagster_reads_the_key_as_we_do() -> None:
    key = partitions.grid.get_partition_key_from_str("great-wave|my-clip-1")
    assert key.keys_by_dimension == {"style": "great-wave", "video": "my-clip-1"}


@pytest.mark.parametrize("key", ["", "|", "mosaic", "mosaic|", "|clip", "a|b|c"])
def test_other_keys_are_refused(key: str) -> None:
    with pytest.raises(PartitionError, match="write it as 'STYLE"):
        partitions.parts_of(key)


def test_registering_twice_is_no_error(instance: dg.DagsterInstance) -> None:
    upload = Upload("great-wave", "clip.mp4")
    for _ in range(2):
        assert partitions.register(instance, upload) == partitions.key_of(upload)
    assert instance.get_dynamic_partitions("style") == ["great-wave"]
    assert instance.get_dynamic_partitions("video") == [upload.video]


@pytest.mark.parametrize("key", ["great-wave|clip-1", "nonsense", "a|b|c"])
def test_an_unregistered_key_names_the_remedy(instance: dg.DagsterInstance, key: str) -> None:
    @dg.asset(partitions_def=partitions.grid)
    def anything() -> None: ...

    job = dg.Definitions(assets=[anything]).resolve_implicit_global_asset_job_def()
    with pytest.raises(PartitionError, match="style-pipeline submit") as refusal:
        job.execute_in_process(instance=instance, partition_key=key)
    assert repr(key) in str(refusal.value)
    assert instance.root_directory in str(refusal.value)
    assert "\n" not in str(refusal.value)
