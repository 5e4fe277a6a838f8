"""The line on one rank, without MPI and without a network."""

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from style_pipeline.errors import MediaError, StoreFull, StyleError
from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest
from style_pipeline.store import MediaStore, StoredObject
from style_pipeline.stores import LocalStore
from style_pipeline.worker.decoder import decode
from style_pipeline.worker.finished import finished_shards
from style_pipeline.worker.line import Line, Paint
from style_pipeline.worker.stopwatch import Stopwatch
from style_pipeline_tests.sources import Source, lossless, picture, with_shard
from style_pipeline_tests.worker.conftest import SourceFactory


def inverted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return 255 - pixels


def line(
    source: Source,
    job: StyleJob,
    *,
    paint: Paint = inverted,
    store: MediaStore | None = None,
    manifest: FrameManifest | None = None,
    on_painted: Callable[[], None] = lambda: None,
) -> Line:
    ticks = itertools.count()
    stopwatch = Stopwatch(lambda: float(next(ticks)))
    return Line(
        store or source.store,
        job,
        manifest or source.manifest,
        lambda: paint,
        on_painted,
        stopwatch,
    )


def test_every_frame_is_painted_and_every_shard_is_stored(source: SourceFactory) -> None:
    whole, painted = source(frames=9, shard_frames=4), []
    job, shards = whole.job(), whole.manifest.shards
    working = line(whole, job, on_painted=lambda: painted.append(1))
    assert tuple(working.run(shards)) == shards
    assert len(painted) == 9
    assert finished_shards(whole.store, job, shards) == {0, 1, 2}
    for shard in shards:
        content = whole.store.read_bytes(job.styled_key(shard))
        frames = list(decode(content, whole.manifest.format, shard.count, "styled"))
        for number, frame in enumerate(frames, shard.first_frame):
            difference = frame.astype(int) - inverted(picture(number, 64, 48))
            assert np.abs(difference).mean() < 8
    assert set(working.stopwatch.seconds()) == {"load", "read", "network", "encode", "store"}


def test_without_shards_the_network_is_never_opened(source: SourceFactory) -> None:
    whole = source(frames=9, shard_frames=4)

    def open_paint() -> Paint:
        raise AssertionError("nothing is to be painted")

    assert list(replace(line(whole, whole.job()), open_paint=open_paint).run([])) == []


def test_an_error_of_the_network_arrives_and_nothing_is_stored(source: SourceFactory) -> None:
    whole = source(frames=9, shard_frames=4)
    job = whole.job()

    def paint(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        raise StyleError("out of paint")

    with pytest.raises(StyleError, match="out of paint"):
        list(line(whole, job, paint=paint).run(whole.manifest.shards))
    assert whole.styled(job) == {}


def test_a_full_store_arrives_as_it_is(source: SourceFactory) -> None:
    whole = source(frames=9, shard_frames=4)
    job = whole.job()

    class FullStore(LocalStore):
        def upload(self, *args: object, **wishes: object) -> StoredObject:
            raise StoreFull("no space left; free some")

    full = FullStore(whole.folder)
    with pytest.raises(StoreFull, match="free some"):
        list(line(whole, job, store=full).run(whole.manifest.shards))
    assert whole.styled(job) == {}


def test_a_frame_shard_with_other_bytes_is_refused(source: SourceFactory) -> None:
    whole = source(frames=9, shard_frames=4)
    job, shard = whole.job(), whole.manifest.shards[1]
    whole.store.upload(lossless([picture(0, 64, 48)] * 4), shard.key)
    with pytest.raises(MediaError, match=r"000001\.nut is not the shard"):
        list(line(whole, job).run(whole.manifest.shards))
    assert finished_shards(whole.store, job, whole.manifest.shards) <= {0}


@pytest.mark.parametrize("count", [3, 5])
def test_a_shard_of_another_length_fails_and_is_never_taken_for_finished(
    source: SourceFactory, count: int
) -> None:
    whole = source(frames=9, shard_frames=4)
    content = lossless([picture(number, 64, 48) for number in range(count)])
    job, shard = whole.job(), whole.manifest.shards[1]
    whole.store.upload(content, shard.key)
    shard = replace(shard, sha256=hashlib.sha256(content).hexdigest())
    manifest = with_shard(whole.manifest, shard)
    with pytest.raises(MediaError, match=f"holds {count} frames, not 4"):
        list(line(whole, job, manifest=manifest).run(manifest.shards))
    assert finished_shards(whole.store, job, manifest.shards) <= {0}
