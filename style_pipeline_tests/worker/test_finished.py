"""What counts as a finished shard."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from style_pipeline import layout
from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameShard, Sidecar
from style_pipeline.store import MediaStore
from style_pipeline.worker.finished import finished_shards, unfinished_shards
from style_pipeline_tests.sources import Source
from style_pipeline_tests.worker.conftest import SourceFactory

CONTENT = b"a styled shard"


@pytest.fixture
def small(source: SourceFactory) -> Source:
    """Three shards of a frame each."""
    return source(frames=3, shard_frames=1)


def finish(store: MediaStore, job: StyleJob, shard: FrameShard, **changes: object) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    sidecar = Sidecar(job.shard_digest(shard), shard.count, digest, len(CONTENT))
    store.upload(CONTENT, job.styled_key(shard))
    sidecar = replace(sidecar, **changes)  # type: ignore[arg-type]
    store.upload(sidecar.to_json(), layout.sidecar_key(job.styled_key(shard)))


def test_shard_and_fitting_sidecar_are_finished(small: Source) -> None:
    job, shards = small.job(), small.manifest.shards
    assert finished_shards(small.store, job, shards) == frozenset()
    for shard in (shards[0], shards[2]):
        finish(small.store, job, shard)
    assert finished_shards(small.store, job, shards) == {0, 2}
    assert finished_shards(small.store, job, shards[1:]) == {2}
    assert unfinished_shards(small.store, job, small.manifest) == (shards[1],)


@pytest.mark.parametrize(
    "changes", [{"digest": "of another job"}, {"count": 2}, {"size": 3}, {"sha256": "0" * 64}]
)
def test_a_sidecar_that_does_not_fit_counts_for_nothing(
    small: Source, changes: dict[str, object]
) -> None:
    job, shard = small.job(), small.manifest.shards[1]
    finish(small.store, job, shard, **changes)
    assert finished_shards(small.store, job, small.manifest.shards) == frozenset()


def test_hashes_are_read_only_where_asked(small: Source) -> None:
    job, shard = small.job(), small.manifest.shards[1]
    finish(small.store, job, shard)
    small.store.upload(CONTENT[::-1], job.styled_key(shard))
    assert finished_shards(small.store, job, [shard]) == frozenset()
    assert finished_shards(small.store, job, [shard], hashes=False) == {1}


@pytest.mark.parametrize(
    "harm",
    [
        lambda store, key: store.delete(key),
        lambda store, key: store.delete(layout.sidecar_key(key)),
        lambda store, key: store.upload(b'{"digest": "', layout.sidecar_key(key)),
        lambda store, key: store.upload(b"", key),
    ],
    ids=["no shard", "no sidecar", "sidecar cut off", "empty shard"],
)
def test_half_of_a_pair_counts_for_nothing(
    small: Source, harm: Callable[[MediaStore, str], object]
) -> None:
    job, shard = small.job(), small.manifest.shards[1]
    finish(small.store, job, shard)
    harm(small.store, job.styled_key(shard))
    assert finished_shards(small.store, job, [shard]) == frozenset()
