"""Other ways to store a frame: without loss on its way to a rank, and painted, by x264."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from io import BytesIO
from math import log10
from typing import cast
from unittest.mock import patch

import av
import numpy as np
from av.video.frame import PictureType
from av.video.stream import VideoStream

from style_pipeline.job import Encoding
from style_pipeline.worker import codecs, colour
from style_pipeline.worker.conversion import Conversion
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline_bench.cpu_time import cpu_ms
from style_pipeline_bench.sharded import ShardedClip, encoded

LOSSLESS = {
    "H.264, `qp=0`, `ultrafast` (as it is)": ("libx264", {"qp": "0", "preset": "ultrafast"}),
    "FFV1": ("ffv1", {"level": "3"}),
    "FFVHuff": ("ffvhuff", {}),
    "Ut Video": ("utvideo", {}),
}

X264 = {
    "`veryfast` (as it is)": ("veryfast", ""),
    "without weighted prediction": ("veryfast", ":weightp=0"),
    "a look ahead of 5 frames": ("veryfast", ":rc-lookahead=5"),
    "without a look ahead": ("veryfast", ":rc-lookahead=0"),
    "`subme=1`": ("veryfast", ":subme=1"),
    "`superfast`": ("superfast", ""),
}
"""A preset, and what is added to x264's parameters."""

_TICK = Fraction(1, 24)


@dataclass(frozen=True)
class Stored:
    """Milliseconds of one core and bytes for a frame; ``psnr`` in dB of RGB, None without loss."""

    way: str
    write: float
    read: float
    size: float
    psnr: float | None = None


def lossless(clip: ShardedClip) -> Iterator[Stored]:
    """The source's frames, each shard a file of its own."""
    shards = [read(content) for content in clip.files]
    for way, (codec, options) in LOSSLESS.items():
        write = partial(_write, shards, codec, options)
        yield _stored(way, cpu_ms(write, clip.frames), write(), clip)


def x264(painted: ShardedClip) -> Iterator[Stored]:
    """Painted frames, encoded as a rank encodes them, but for one option."""
    for way, (preset, more) in X264.items():
        usual = codecs.CODECS["libx264"]
        params = usual.options["x264-params"] + more
        changed = replace(usual, options={**usual.options, "x264-params": params})
        encoding = Encoding(preset=preset)
        with patch.dict(codecs.CODECS, libx264=changed):
            took, files = encoding_ms(painted, encoding), _encode(painted, encoding)
        yield replace(_stored(way, took, files, painted), psnr=_psnr(painted, files))


def encoding_ms(painted: ShardedClip, encoding: Encoding) -> float:
    """For a frame, its conversion from RGB not counted."""
    both = cpu_ms(partial(_encode, painted, encoding), painted.frames)
    return both - conversion_ms(painted)


def conversion_ms(painted: ShardedClip) -> float:
    """From RGB, as an encoder wants it."""
    convert = Conversion(colour.numbers(painted.manifest.format.colour), "yuv420p")
    return cpu_ms(lambda: [convert(p) for shard in painted.shards for p in shard], painted.frames)


def reading_ms(files: Sequence[bytes], frames: int) -> float:
    """To decode one of ``frames``, without conversion."""
    return cpu_ms(lambda: [read(content) for content in files], frames)


def read(content: bytes) -> list[av.VideoFrame]:
    """A file's frames as they are stored, decoded in one thread."""
    with av.open(BytesIO(content), "r") as container:
        container.streams.video[0].codec_context.thread_count = 1
        return list(container.decode(video=0))


def _stored(way: str, write: float, files: Sequence[bytes], clip: ShardedClip) -> Stored:
    size = sum(map(len, files)) / clip.frames
    return Stored(way, write, reading_ms(files, clip.frames), size)


def _write(
    shards: Sequence[Sequence[av.VideoFrame]], codec: str, options: dict[str, str]
) -> list[bytes]:
    return [_nut(frames, codec, options) for frames in shards]


def _nut(frames: Sequence[av.VideoFrame], codec: str, options: dict[str, str]) -> bytes:
    file, group = BytesIO(), {"g": str(len(frames))}
    with av.open(file, "w", format="nut") as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=24, options=options | group))
        context, first = stream.codec_context, frames[0]
        context.width, context.height, context.pix_fmt = first.width, first.height, "yuv420p"
        context.time_base, context.thread_count = _TICK, 1
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base, frame.pict_type = number, _TICK, PictureType.NONE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def _encode(painted: ShardedClip, encoding: Encoding) -> list[bytes]:
    return [
        encoded(
            ShardEncoder(painted.manifest.format, encoding, Times.of(painted.manifest, shard)),
            pictures,
        )
        for shard, pictures in zip(painted.manifest.shards, painted.shards, strict=True)
    ]


def _psnr(painted: ShardedClip, files: Sequence[bytes]) -> float:
    found = painted.pictures_of(files)
    errors = [
        np.square(a.astype(np.float32) - b).mean()
        for wanted, got in zip(painted.shards, found, strict=True)
        for a, b in zip(wanted, got, strict=True)
    ]
    return 10 * log10(255**2 / float(np.mean(errors)))
