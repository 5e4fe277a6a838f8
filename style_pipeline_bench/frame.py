"""What one frame costs a rank beside its network, and what other ways to store it would cost.

All is CPU time of one thread: what a rank's core has to do, however it overlaps.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from style_pipeline.job import Encoding
from style_pipeline.style import engine
from style_pipeline_bench.compare import STYLE, machine
from style_pipeline_bench.cpu_time import cpu_ms
from style_pipeline_bench.results import Table, keep, put
from style_pipeline_bench.sharded import Paint, ShardedClip, sharded, shipped
from style_pipeline_bench.storing import (
    Stored,
    conversion_ms,
    encoding_ms,
    lossless,
    reading_ms,
    x264,
)

SIZE, SHARDS, SHARD_FRAMES = "640:360", 4, 24


@dataclass(frozen=True)
class Costs:
    """Milliseconds of one core for each stage of a frame, in order, and the other ways."""

    machine: str
    engine: str
    stages: dict[str, float]
    lossless: tuple[Stored, ...]
    x264: tuple[Stored, ...]


def measure_all(film: Path, folder: Path) -> Costs:
    """On ``film`` in 640x360, and on what is painted from it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shaped = ("-stream_loop", "-1", "-i", str(film), "-vf", f"scale={SIZE},fps=24")
    clip = sharded("a film", folder, SHARD_FRAMES, SHARDS * SHARD_FRAMES, *shaped)
    fastest = engine.choose("auto")
    paint = shipped(STYLE, fastest)
    painted = clip.painted("a film, painted", paint)
    stages = _stages(clip, painted, paint)
    return Costs(machine(), fastest, stages, tuple(lossless(clip)), tuple(x264(painted)))


def _stages(clip: ShardedClip, painted: ShardedClip, paint: Paint) -> dict[str, float]:
    some = clip.shards[0]
    decoded = reading_ms(clip.files, clip.frames)
    rgb = cpu_ms(lambda: clip.pictures_of(clip.files), clip.frames)
    return {
        "decode it": decoded,
        "convert it to RGB": rgb - decoded,
        "the network": cpu_ms(lambda: [paint(picture) for picture in some], len(some)),
        "convert it from RGB": conversion_ms(painted),
        "encode it": encoding_ms(painted, Encoding()),
    }


def publish(found: Costs, docs: Path) -> None:
    """A table of stages, and one for each kind of storing."""
    about = f"{found.machine}; engine `{found.engine}`; {SHARDS * SHARD_FRAMES} frames of 640x360."
    tables = (_stage_table(found.stages), _ways(found.lossless), _ways(found.x264))
    put(docs / "performance.md", "frame", [about, *tables])
    keep(docs / "performance.json", "frame", asdict(found))


def _stage_table(stages: dict[str, float]) -> Table:
    whole = sum(stages.values())
    rows = [(stage, f"{ms:.1f} ms", f"{ms / whole:.0%}") for stage, ms in stages.items()]
    return Table(("a frame", "CPU", "share"), [*rows, ("**all**", f"{whole:.1f} ms", "100%")])


def _ways(stored: Sequence[Stored]) -> Table:
    return Table(("stored", "write", "read", "bytes", "PSNR"), list(_rows(stored)))


def _rows(stored: Sequence[Stored]) -> Iterator[tuple[str, ...]]:
    for one in stored:
        quality = "lossless" if one.psnr is None else f"{one.psnr:.2f} dB"
        yield one.way, f"{one.write:.1f} ms", f"{one.read:.1f} ms", f"{one.size:,.0f}", quality
