"""The metadata of each asset: what a person wants to know, in the types that Dagster shows well."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dagster as dg

from style_pipeline.defs.bills import COST, DURATION, NODE_HOURS, PACE, WALL
from style_pipeline.defs.finishing import Finished
from style_pipeline.defs.sources import Source
from style_pipeline.defs.steadiness import Steadiness
from style_pipeline.job import StyleChoice, StyleJob
from style_pipeline.manifest import AudioManifest, FrameManifest, RankReport, StyleReport
from style_pipeline.media.plan import Fate, Line
from style_pipeline.media.verdicts import Verdict, word

Facts = dict[str, Any]

_TELLING_SECONDS = 30


def audio_facts(source: Source, audio: AudioManifest, *, reused: bool) -> Facts:
    """Every stream in a table, and where the copy lies."""
    return {
        "streams": len(audio.tracks),
        "bytes": audio.size,
        "reused": reused,
        "source": source.upload.key,
        "object": audio.key or "none: the video has no sound",
        "audio_streams": _table(_audio_rows(audio)),
    }


def frame_facts(source: Source, manifest: FrameManifest, *, reused: bool) -> Facts:
    """How many frames of what kind, and what they weigh."""
    video = manifest.format
    return {
        "frames": manifest.frame_count,
        "shards": len(manifest.shards),
        "bytes": sum(shard.size for shard in manifest.shards),
        "reused": reused,
        "source": source.upload.key,
        "source_sha256": source.sha256,
        "estimate": str(source.estimate),
        **{f"estimated_{name}": round(n, 4) for name, n in source.estimate.numbers.items()},
        "picture": _picture(manifest),
        "frame_rate": _rate(manifest),
        "duration_seconds": float(manifest.duration),
        "pixel_format": video.pixel_format,
        "colour": (
            f"{video.colour.matrix} / {video.colour.primaries} / {video.colour.transfer}, "
            f"{video.colour.range} range, {'as tagged' if video.colour.tagged else 'by its size'}"
        ),
        **({"notes": _list(manifest.notes)} if manifest.notes else {}),
    }


def style_facts(job: StyleJob, manifest: FrameManifest, report: StyleReport) -> Facts:
    """How fast the network was, on every rank, and how much of an earlier attempt was kept."""
    return {
        "frames": manifest.frame_count,
        "shards": report.shards_total,
        "shards_styled": report.shards_styled,
        "shards_reused": report.shards_reused,
        "frames_per_second": _per_second(sum(rank.frames for rank in report.ranks), report.wall),
        WALL: report.wall,
        DURATION: float(manifest.duration),
        "ranks": report.world_size,
        "device": report.device,
        "engine": job.engine,
        "look": job.look.slug,
        "styles": _table([_style_row(job, style) for style in job.styles]),
        "job": job.prefix,
        "per_rank": _table([_rank_row(rank) for rank in report.ranks]),
        **_pace(job, manifest, report),
        **_cluster_facts(manifest, report),
        **({"notes": _list(report.notes)} if report.notes else {}),
    }


def _cluster_facts(manifest: FrameManifest, report: StyleReport) -> Facts:
    """What the job took of a cluster; numbers, so that the interface plots them over time."""
    known: Facts = {}
    if report.node_hours is not None:
        known[NODE_HOURS] = report.node_hours
    if report.cost is not None:
        known[COST] = report.cost
        known["cost_per_minute_of_video"] = report.cost / float(manifest.duration) * 60
    return known


def final_facts(source: Source, manifest: FrameManifest, finished: Finished, url: str) -> Facts:
    """Where the video is, what it is, and the comparison with its source."""
    return {
        "path": _place(url, finished.key),
        "duration_seconds": float(manifest.duration),
        "frames": manifest.frame_count,
        "frame_rate": _rate(manifest),
        "picture": _picture(manifest),
        "bytes": finished.size,
        "audio_streams": len(finished.audio.tracks),
        "source": source.upload.key,
        "left_out": sum(line.fate is Fate.LEFT_OUT for line in finished.fates),
        "what_became_of_it": _table([_fate_row(line) for line in finished.fates]),
        "verified": _table([_verdict_row(verdict) for verdict in finished.verdicts]),
    }


def flicker_facts(steady: Steadiness) -> Facts:
    """The flicker that painting added, what it is the difference of, and how much was looked at."""
    score = steady.score
    counts = {"flicker_pairs": score.pairs, "flicker_cuts_skipped": score.cuts}
    if score.levels is None:
        return {**counts, "flicker_note": steady.note}
    return {
        "flicker_levels": round(score.levels, 3),
        "flicker_levels_painted": round(score.painted, 3),
        "flicker_levels_source": round(score.source, 3),
        **counts,
    }


def stage_facts(seconds: Mapping[str, float]) -> Facts:
    """Seconds by stage, each a number of its own so that Dagster plots it over time."""
    return {f"seconds_{stage}": round(value, 3) for stage, value in seconds.items()}


def _picture(manifest: FrameManifest) -> str:
    video = manifest.format
    extras = [
        *([f"pixel aspect {video.sample_aspect}"] if video.sample_aspect != 1 else []),
        *([f"rotated by {video.rotation} degrees"] if video.rotation else []),
    ]
    return ", ".join([f"{video.width}x{video.height}", *extras])


def _rate(manifest: FrameManifest) -> str:
    """As a fraction, and as people say it."""
    rate = manifest.format.frame_rate
    steps = {b - a for a, b in zip(manifest.pts, manifest.pts[1:], strict=False)}
    variable = ", variable" if max(steps, default=0) - min(steps, default=0) > 1 else ""
    return f"{rate} ({float(rate):.4g} per second{variable})"


def _audio_rows(audio: AudioManifest) -> list[dict[str, str | int | float]]:
    return [
        {
            "stream": track.stream_index,
            "codec": track.codec,
            "sample_rate": track.sample_rate,
            "channels": track.channels,
            "language": track.tags.language,
            "title": track.tags.title or "-",
            "default": "yes" if track.tags.default else "no",
            "start_seconds": round(float(track.start), 6),
            "packets": track.packets,
            "packets_md5": track.packets_md5,
        }
        for track in audio.tracks
    ]


def _style_row(job: StyleJob, style: StyleChoice) -> dict[str, str | int | float]:
    (percent,) = (share.percent for share in job.look.blend if share.style == style.name)
    return {
        "style": style.name,
        "percent": percent,
        "kind": style.kind,
        "from": style.key or "the package",
        "sha256": style.sha256,
    }


def _fate_row(line: Line) -> dict[str, str | int | float]:
    return {"part": line.part, "fate": str(line.fate), "how": line.how}


def _verdict_row(verdict: Verdict) -> dict[str, str | int | float]:
    return {
        "property": verdict.property,
        "expected": verdict.expected,
        "measured": verdict.measured,
        "verdict": word(verdict),
    }


def _rank_row(rank: RankReport) -> dict[str, str | int | float]:
    return {
        "rank": rank.rank,
        "host": rank.host,
        "frames": rank.frames,
        "shards": rank.shards,
        "frames_per_second": _per_second(rank.frames, rank.wall),
        "wall": round(rank.wall, 2),
        "peak_memory_mb": round(rank.peak_memory / 2**20),
        **{f"{stage}_seconds": round(value, 2) for stage, value in rank.seconds.items()},
    }


def _list(notes: tuple[str, ...]) -> dg.MetadataValue:
    """As Markdown, in which an address can be followed."""
    return dg.MetadataValue.md("\n".join(f"- {note}" for note in notes))


def _per_second(frames: int, wall: float) -> float:
    return round(frames / wall, 3) if wall > 0 else 0.0


def _pace(job: StyleJob, manifest: FrameManifest, report: StyleReport) -> Facts:
    """What later estimates go by; a short job measures its own start, and nothing else."""
    frames = sum(rank.frames for rank in report.ranks)
    if report.wall < _TELLING_SECONDS or not frames:
        return {}
    video = manifest.format
    pixels = frames * video.width * video.height * (job.look.scale / 100) ** 2
    return {PACE: round(pixels / report.wall / 1e6, 4)}


def _place(url: str, key: str) -> dg.MetadataValue:
    """A path that can be opened where the store is a folder, else what names it there."""
    store = urlsplit(url)
    if store.scheme != "file":
        return dg.MetadataValue.text(f"{url}/{key}")
    return dg.MetadataValue.path(Path(unquote(store.path)) / key)


def _table(rows: list[dict[str, str | int | float]]) -> dg.MetadataValue:
    """A table with every column that any row has; Dagster wants the same ones in each."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    kinds = {name: _kind([row[name] for row in rows if name in row]) for name in columns}
    return dg.MetadataValue.table(
        records=[dg.TableRecord({name: row.get(name, 0) for name in columns}) for row in rows],
        schema=dg.TableSchema([dg.TableColumn(name, kinds[name]) for name in columns]),
    )


def _kind(values: list[str | int | float]) -> str:
    if all(isinstance(value, int) for value in values):
        return "int"
    return "float" if all(isinstance(value, int | float) for value in values) else "string"
