"""The most memory that a rank holds: over the length of a video, over its size, in bands."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from style_pipeline_bench.compare import STYLE
from style_pipeline_bench.results import Table, keep, put
from style_pipeline_bench.rivals import Yard
from style_pipeline_bench.whole import measure

LENGTHS = ((160, 90, 100), (160, 90, 1000), (160, 90, 10_000))
SIZES = ((640, 360, 48), (1920, 1080, 24), (3840, 2160, 8))
SHORT_OF_MEMORY_MB = 200


@dataclass(frozen=True)
class Peak:
    """``megabytes`` is the largest rank's; ``notes`` say what was done to save memory."""

    frames: int
    width: int
    height: int
    limit_mb: int | None
    megabytes: float
    notes: tuple[str, ...]


def measure_all(film: Path, folder: Path) -> list[Peak]:
    """Every length, every size, and the sizes again where memory is short."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return list(_measured(film, folder))


def _measured(film: Path, folder: Path) -> Iterator[Peak]:
    for width, height, frames in (*LENGTHS, *SIZES):
        yield _peak(Yard(folder, film, width, height), frames, None)
    for width, height, frames in SIZES[1:]:
        yield _peak(Yard(folder, film, width, height), frames, SHORT_OF_MEMORY_MB)


def _peak(yard: Yard, frames: int, limit: int | None) -> Peak:
    home = yard.folder / f"home-{yard.width}-{frames}-{limit}"
    limits = {} if limit is None else {"frame_memory_mb": str(limit)}
    shard_frames = str(min(24, max(1, frames // 4)))
    found = measure(yard.clip(frames), STYLE, home, shard_frames=shard_frames, **limits).report
    shutil.rmtree(home)
    most = max(rank.peak_memory for rank in found.ranks) / 2**20
    return Peak(frames, yard.width, yard.height, limit, round(most, 1), found.notes)


def publish(found: Sequence[Peak], docs: Path) -> None:
    """The table."""
    rows = [
        (
            f"{peak.width}x{peak.height}",
            f"{peak.frames:,}",
            "-" if peak.limit_mb is None else f"{peak.limit_mb} MB",
            f"{peak.megabytes:.0f} MB",
            "; ".join(peak.notes) or "-",
        )
        for peak in found
    ]
    headings = (
        "size",
        "frames",
        "allowed for a frame",
        "most memory of a rank",
        "note in the report",
    )
    put(docs / "performance.md", "memory", [Table(headings, rows)])
    keep(docs / "performance.json", "memory", [vars(peak) for peak in found])
