"""How near shards come to a bit rate, and what it costs: easy, noisy and painted pictures.

The shards are encoded as a rank encodes them. Sizes are the same on every machine; times are told
as a ratio to one encoding of the same pictures at the same quality.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from style_pipeline.job import Encoding
from style_pipeline.output import choose
from style_pipeline.style import engine
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline.worker.rated import RatedShardEncoder
from style_pipeline_bench.compare import STYLE
from style_pipeline_bench.cpu_time import cpu_seconds
from style_pipeline_bench.results import Table, put
from style_pipeline_bench.sharded import Picture, ShardedClip, encoded, sharded, shipped

OUTPUTS = {"H.264": "mp4-h264", "HEVC": "mp4-hevc", "AV1": "mp4-av1", "VP9": "webm-vp9"}
RATES = (1_000_000, 4_000_000)
WIDTH, HEIGHT, SHARDS, SHARD_FRAMES = 640, 360, 3, 24

_SHAPE = f"scale={WIDTH}:{HEIGHT},fps=24"


@dataclass(frozen=True)
class Kept:
    """What became of one clip: ``times`` of each shard the asked rate; ``cost`` in encodings."""

    codec: str
    clip: str
    asked: int
    times: tuple[float, ...]
    tries: tuple[int, ...]
    qualities: tuple[float, ...]
    cost: float


def measure_all(film: Path, folder: Path) -> list[Kept]:
    """Every codec, every clip, every rate."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    clips = list(_clips(film, folder))
    return [
        _kept(codec, clip, choose(output, bit_rate=rate).encoding)
        for codec, output in OUTPUTS.items()
        for clip in clips
        for rate in RATES
    ]


def _clips(film: Path, folder: Path) -> Iterator[ShardedClip]:
    test = ("-f", "lavfi", "-i", f"testsrc=s={WIDTH}x{HEIGHT}:r=24")
    real = ("-stream_loop", "-1", "-i", str(film))
    yield _clip("a counter", folder, *test)
    yield _clip("a film under noise", folder, *real, "-vf", f"{_SHAPE},noise=alls=24:allf=t")
    plain = _clip("a film", folder, *real, "-vf", _SHAPE)
    yield plain.painted("a film, painted", shipped(STYLE, engine.TORCH))


def _clip(name: str, folder: Path, *words: str) -> ShardedClip:
    return sharded(name, folder, SHARD_FRAMES, SHARDS * SHARD_FRAMES, *words)


def _kept(codec: str, clip: ShardedClip, encoding: Encoding) -> Kept:
    found, spent, once = [], 0.0, 0.0
    for shard, pictures in zip(clip.manifest.shards, clip.shards, strict=True):
        times = Times.of(clip.manifest, shard)
        rated = RatedShardEncoder(clip.manifest.format, encoding, times)
        spent += _seconds(rated, pictures)
        found.append((rated, float(sum(times.durations) * times.time_base)))
        plain = ShardEncoder(clip.manifest.format, encoding, times, rated.chosen.quality)
        once += _seconds(plain, pictures)
    asked = encoding.bit_rate or 0
    return Kept(
        codec,
        clip.name,
        asked,
        tuple(8 * one.chosen.size / seconds / asked for one, seconds in found),
        tuple(len(one.tries) for one, _ in found),
        tuple(one.chosen.quality for one, _ in found),
        spent / once,
    )


def _seconds(encoder: ShardEncoder | RatedShardEncoder, pictures: Sequence[Picture]) -> float:
    """Of the CPU, for a whole shard."""
    return cpu_seconds(lambda: encoded(encoder, pictures))


def publish(found: Sequence[Kept], docs: Path) -> None:
    """The table in the media contract."""
    rows = [
        (
            kept.codec,
            kept.clip,
            f"{kept.asked / 1e6:g} Mbit/s",
            ", ".join(f"{times:.3f}" for times in kept.times),
            ", ".join(f"{quality:g}" for quality in kept.qualities),
            ", ".join(str(tries) for tries in kept.tries),
            f"{kept.cost:.1f}",
        )
        for kept in found
    ]
    headings = (
        "codec",
        "pictures",
        "asked",
        "each shard's size, times its budget",
        "quality",
        "tries",
        "CPU time, in encodings",
    )
    put(docs / "media.md", "bit-rate", [Table(headings, rows)])
