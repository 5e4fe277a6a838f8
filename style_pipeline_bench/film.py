"""A two-hour film of tiny frames through the whole path: is everything linear, or flat?"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from style_pipeline_bench.clips import run
from style_pipeline_bench.compare import STYLE
from style_pipeline_bench.results import Table, keep, put
from style_pipeline_bench.whole import ASSETS, Whole, measure

WIDTH, HEIGHT, RATE = 64, 36, 24
LENGTHS = (17_280, 172_800)
"""Twelve minutes, and two hours."""


@dataclass(frozen=True)
class Film:
    """One film: seconds by asset, bytes of what is written beside the pixels."""

    frames: int
    shards: int
    seconds: float
    by_asset: dict[str, float]
    overhead: float
    manifest_bytes: int
    records_bytes: int
    peak_mb: float


def measure_all(folder: Path) -> list[Film]:
    """Every length."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return [_measure(folder, frames) for frames in LENGTHS]


def _measure(folder: Path, frames: int) -> Film:
    home, clip = folder / f"home-{frames}", folder / f"film-{frames}.mp4"
    _make(clip, frames)
    found = measure(clip, STYLE, home)
    film = describe(found, home)
    shutil.rmtree(home)
    return film


def describe(found: Whole, home: Path) -> Film:
    """What is told of a run in ``home``."""
    by_asset = {asset: round(found.asset_seconds(asset), 1) for asset in ASSETS}
    manifests = (home / "work" / "sources").rglob("manifest.json")
    records = (path for path in (home / "dagster").rglob("*") if path.is_file())
    return Film(
        frames=found.frames,
        shards=found.report.shards_total,
        seconds=round(found.seconds, 1),
        by_asset=by_asset,
        overhead=round(found.overhead, 1),
        manifest_bytes=max(path.stat().st_size for path in manifests),
        records_bytes=sum(path.stat().st_size for path in records),
        peak_mb=round(max(rank.peak_memory for rank in found.report.ranks) / 2**20, 1),
    )


def _make(target: Path, frames: int) -> None:
    run(
        *("ffmpeg", "-v", "error", "-y", "-f", "lavfi"),
        *("-i", f"testsrc2=s={WIDTH}x{HEIGHT}:r={RATE}", "-f", "lavfi", "-i", "sine=220:r=8000"),
        *("-frames:v", str(frames), "-t", str(frames // RATE), "-c:v", "libx264"),
        *("-preset", "ultrafast", "-crf", "28", "-c:a", "aac", "-b:a", "24k", str(target)),
    )


def publish(found: Sequence[Film], docs: Path) -> None:
    """One column for each film, and how much more the longest takes than the shortest."""
    first, last = found[0], found[-1]
    rows = [
        _row("frames", [f"{film.frames:,}" for film in found], last.frames / first.frames),
        _row("shards", [f"{film.shards:,}" for film in found], last.shards / first.shards),
        *(
            _row(
                f"`{asset}`, s",
                [f"{film.by_asset[asset]:.1f}" for film in found],
                last.by_asset[asset] / max(first.by_asset[asset], 0.1),
            )
            for asset in ASSETS
        ),
        _row("whole process, s", [f"{f.seconds:.1f}" for f in found], last.seconds / first.seconds),
        _row(
            "frame manifest, KB",
            [f"{film.manifest_bytes / 1e3:,.0f}" for film in found],
            last.manifest_bytes / first.manifest_bytes,
        ),
        _row(
            "Dagster's records, KB",
            [f"{film.records_bytes / 1e3:,.0f}" for film in found],
            last.records_bytes / first.records_bytes,
        ),
        _row(
            "most memory of a rank, MB",
            [f"{film.peak_mb:.0f}" for film in found],
            last.peak_mb / first.peak_mb,
        ),
    ]
    headings = ("", *(f"{film.frames / RATE / 60:g} min" for film in found), "ratio")
    put(docs / "performance.md", "film", [Table(headings, rows)])
    keep(docs / "performance.json", "film", [vars(film) for film in found])


def _row(name: str, values: Sequence[str], ratio: float) -> tuple[str, ...]:
    return (name, *values, f"{ratio:.2f}")
