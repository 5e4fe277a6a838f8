"""How much a finished video flickers, measured on a few short runs of its frames.

A run lies at the beginning of a shard, where decoding begins: a film of any length costs the same
few seconds. What a shard's end and the next one's beginning differ by is never looked at.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest, FrameShard
from style_pipeline.media.stills import chosen_frames
from style_pipeline.quality.flicker import FlickerScore, Moment, flicker
from style_pipeline.store import MediaStore
from style_pipeline.worker.decoder import decode

PAIRS = 48
"""Of consecutive frames, at most."""

RUNS = 12
"""At most; a film is looked at in so many places."""


@dataclass(frozen=True)
class Steadiness:
    """The score, and in words why it has no number where it has none."""

    score: FlickerScore
    note: str = ""


def steadiness(store: MediaStore, manifest: FrameManifest, job: StyleJob) -> Steadiness:
    """The flicker score of the painted shards; never raises, but says why there is none."""
    runs = chosen_runs(manifest)
    if not runs:
        return Steadiness(FlickerScore(), "not measured: no shard holds two frames")
    try:
        moments = (_moments(store, manifest, job, shard, count) for shard, count in runs)
        score = flicker(moments, threads=len(os.sched_getaffinity(0)))
    except Exception as error:  # noqa: BLE001 - a finished video is not lost for want of a number
        return Steadiness(FlickerScore(), f"not measured: {error}")
    if score.levels is None:
        return Steadiness(score, "not measured: the scene changes between all frames looked at")
    return Steadiness(score)


def chosen_runs(manifest: FrameManifest) -> tuple[tuple[FrameShard, int], ...]:
    """Shards spread evenly over the video, and of each how many frames from its first one on."""
    able = [shard for shard in manifest.shards if shard.count > 1]
    chosen = [able[number] for number in chosen_frames(len(able), RUNS)]
    return tuple((shard, min(shard.count, PAIRS // len(chosen) + 1)) for shard in chosen)


def _moments(
    store: MediaStore, manifest: FrameManifest, job: StyleJob, shard: FrameShard, count: int
) -> Iterator[Moment]:
    """Nothing is read before the first moment is asked for."""
    films = [
        decode(store.read_bytes(key), manifest.format, shard.count, key)
        for key in (shard.key, job.styled_key(shard))
    ]
    yield from map(Moment, *(islice(film, count) for film in films))
