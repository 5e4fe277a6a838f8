"""Frame shards with their manifest, and jobs over them, made without the media package."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from style_pipeline import layout
from style_pipeline.job import Encoding, StyleChoice, StyleJob
from style_pipeline.look import Look
from style_pipeline.manifest import ColourTags, FrameManifest, FrameShard, VideoFormat
from style_pipeline.store import MediaStore
from style_pipeline.stores import LocalStore
from style_pipeline.style.card import card_path
from style_pipeline_tests.checkpoints import tiny_checkpoint

BT709 = ColourTags("bt709", "bt709", "bt709", "tv", tagged=True)

CHECKPOINT_KEY = layout.style_checkpoint_key("test")


@dataclass(frozen=True)
class Source:
    """A store in ``folder`` with the frame shards of one source and a checkpoint to paint with."""

    folder: Path
    store: LocalStore
    manifest: FrameManifest
    choice: StyleChoice

    def job(self, threads_per_rank: int = 1) -> StyleJob:
        """The job as the launcher would write it down, and its description in the store."""
        key = layout.manifest_key(layout.frames_prefix("source", self.manifest.digest))
        job = StyleJob(
            video="clip",
            run_id="run",
            manifest_key=key,
            manifest_sha256=hashlib.sha256(self.store.read_bytes(key)).hexdigest(),
            frames_digest=self.manifest.digest,
            look=Look.parse(self.choice.name),
            styles=(self.choice,),
            encoding=Encoding(preset="ultrafast"),
            threads_per_rank=threads_per_rank,
        )
        self.store.upload(job.to_json(), layout.job_key(job.prefix))
        return job

    def styled(self, job: StyleJob) -> dict[str, bytes]:
        """Every styled shard and sidecar, by key."""
        found = self.store.list(f"{job.prefix}shards/")
        return {entry.key: self.store.read_bytes(entry.key) for entry in found}


def picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """[H, W, 3] RGB; a ramp that moves with the number."""
    ramp = np.arange(height)[:, None, None] * 3 + np.arange(width)[None, :, None] * 2
    return ((ramp + np.array([0, 60, 120]) + number * 7) % 256).astype(np.uint8)


def video_format(
    width: int = 64,
    height: int = 48,
    time_base: Fraction = Fraction(1, 12800),
    frame_rate: Fraction = Fraction(25),
    colour: ColourTags = BT709,
    sample_aspect: Fraction = Fraction(1),
) -> VideoFormat:
    """A format with defaults for what a test does not care about."""
    return VideoFormat(width, height, "yuv444p", sample_aspect, 0, frame_rate, time_base, colour)


def lossless(pictures: Sequence[NDArray[np.uint8]], rate: int = 25) -> bytes:
    """A lossless shard, FFV1 in NUT, of RGB pictures converted by BT.709, limited range."""
    file = BytesIO()
    with av.open(file, "w", format="nut") as container:
        stream = container.add_stream("ffv1", rate=rate)
        assert isinstance(stream, av.VideoStream)
        height, width, _ = pictures[0].shape
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p"
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame = frame.reformat(
                format="yuv444p", src_color_range=2, dst_colorspace=1, dst_color_range=1
            )
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def make_source(
    folder: Path,
    frames: int,
    shard_frames: int,
    *,
    size: tuple[int, int] = (64, 48),
) -> Source:
    """A store below ``folder`` with ``frames`` frames in shards of ``shard_frames``."""
    store = LocalStore(folder)
    prefix = layout.frames_prefix("source", "digest")
    shards = tuple(
        _shard(store, prefix, index, first, min(shard_frames, frames - first), size)
        for index, first in enumerate(range(0, frames, shard_frames))
    )
    manifest = FrameManifest(
        source_sha256="0" * 64,
        digest="digest",
        format=video_format(*size),
        pts=tuple(1000 + 512 * number for number in range(frames)),
        last_duration=512,
        shards=shards,
    )
    store.upload(manifest.to_json(), layout.manifest_key(prefix))
    return Source(folder, store, manifest, put_checkpoint(store, folder))


def put_checkpoint(store: MediaStore, folder: Path) -> StyleChoice:
    """A tiny network with its card, the same one every time, in the store."""
    path, card = tiny_checkpoint(folder)
    store.upload(path, CHECKPOINT_KEY)
    store.upload(card_path(path), CHECKPOINT_KEY.replace(".safetensors", ".json"))
    return StyleChoice("bold", card.sha256, CHECKPOINT_KEY)


def _shard(
    store: MediaStore, prefix: str, index: int, first: int, count: int, size: tuple[int, int]
) -> FrameShard:
    content = lossless([picture(number, *size) for number in range(first, first + count)])
    key = layout.shard_key(prefix, index, ".nut")
    store.upload(content, key)
    return FrameShard(index, first, count, key, hashlib.sha256(content).hexdigest(), len(content))


def with_shard(manifest: FrameManifest, shard: FrameShard) -> FrameManifest:
    """``manifest`` with one shard replaced."""
    shards = tuple(shard if old.index == shard.index else old for old in manifest.shards)
    return replace(manifest, shards=shards)
