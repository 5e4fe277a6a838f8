"""Clips taken apart as ``frames`` does it, in memory: what ranks are given, without ranks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from style_pipeline.look import Look
from style_pipeline.manifest import FrameManifest, FrameShard
from style_pipeline.media.frames import FrameSettings, extract_frames
from style_pipeline.media.probe import probe
from style_pipeline.style import catalogue
from style_pipeline.style.stylizer import Workbench, open_trained
from style_pipeline.worker.decoder import decode
from style_pipeline.worker.encoder import ShardEncoder
from style_pipeline.worker.rated import RatedShardEncoder
from style_pipeline_bench.clips import run

Picture = NDArray[np.uint8]
"""[H, W, 3] RGB."""

Paint = Callable[[Picture], Picture]


@dataclass(frozen=True)
class ShardedClip:
    """Pictures in shards; ``files`` are the shards as they are stored."""

    name: str
    manifest: FrameManifest
    files: tuple[bytes, ...]
    shards: tuple[tuple[Picture, ...], ...]

    @property
    def frames(self) -> int:
        """Of all shards."""
        return self.manifest.frame_count

    def pictures_of(self, files: Sequence[bytes]) -> tuple[tuple[Picture, ...], ...]:
        """The pictures in ``files``, which hold this clip's shards in whatever codec."""
        return _decoded(self.manifest, files)

    def painted(self, name: str, paint: Paint) -> "ShardedClip":
        """The same shards with other pictures."""
        shards = tuple(tuple(paint(picture) for picture in shard) for shard in self.shards)
        return replace(self, name=name, shards=shards)


def sharded(name: str, folder: Path, shard_frames: int, frames: int, *words: str) -> ShardedClip:
    """``frames`` frames of what FFmpeg's ``words`` name, cut into shards."""
    path, extracted = folder / "clip.mkv", folder / "frames"
    extracted.mkdir(exist_ok=True)
    lossless = ("-frames:v", f"{frames}", "-an", "-pix_fmt", "yuv420p", "-c:v", "ffv1")
    run("ffmpeg", "-v", "error", "-y", *words, *lossless, str(path))
    taken = extract_frames(path, probe(path), extracted, FrameSettings(shard_frames))
    shards = tuple(
        FrameShard(s.index, s.first_frame, s.count, str(s.path), s.sha256, s.size)
        for s in taken.shards
    )
    manifest = FrameManifest("", "", taken.format, taken.pts, taken.last_duration, shards)
    files = tuple(s.path.read_bytes() for s in taken.shards)
    return ShardedClip(name, manifest, files, _decoded(manifest, files))


def _decoded(manifest: FrameManifest, files: Sequence[bytes]) -> tuple[tuple[Picture, ...], ...]:
    return tuple(
        tuple(decode(content, manifest.format, shard.count, shard.key))
        for content, shard in zip(files, manifest.shards, strict=True)
    )


def encoded(encoder: ShardEncoder | RatedShardEncoder, pictures: Sequence[Picture]) -> bytes:
    """A shard's file, as a rank makes it."""
    for picture in pictures:
        encoder.add(picture)
    return encoder.finish()


def shipped(style: str, engine: str) -> Paint:
    """A style of the package, in one thread of this process."""
    files = [(catalogue.shipped_checkpoint(), catalogue.shipped_card().sha256)]
    return open_trained(files, Look.parse(style), Workbench(engine=engine))
