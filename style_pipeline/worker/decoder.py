"""From a frame shard to RGB pictures, by the source's own matrix and range."""

from collections.abc import Iterator
from io import BytesIO

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from style_pipeline.errors import MediaError
from style_pipeline.manifest import VideoFormat
from style_pipeline.worker import colour
from style_pipeline.worker.libav import AT_ONCE, EXACT, libav

_BUFFER_BYTES = 1 << 20


def decode(
    content: bytes, format: VideoFormat, count: int, name: str
) -> Iterator[NDArray[np.uint8]]:
    """The pictures of a shard in order, each [H, W, 3] uint8 RGB, full range.

    The manifest says what the pictures are, whatever the shard's own tags say. ``name`` is for
    error messages. Raises MediaError where the shard cannot be decoded, holds pictures of another
    size, or does not hold exactly ``count`` of them.
    """
    tags = colour.numbers(format.colour)
    reformatter = VideoReformatter()
    for frame in _exactly(count, _frames(content, name), name):
        if (frame.width, frame.height) != (format.width, format.height):
            raise MediaError(
                f"{name} holds a picture of {frame.width}x{frame.height}, not "
                f"{format.width}x{format.height}; materialise the frames again"
            )
        with libav(f"converting a picture of {name} to RGB"):
            picture = reformatter.reformat(
                frame,
                format="rgb24",
                src_colorspace=tags.swscale_matrix,
                src_color_range=tags.range,
                dst_color_range=colour.FULL_RANGE,
                interpolation=EXACT,
                threads=1,
            )
        yield picture.to_ndarray().astype(np.uint8, copy=False)


def _exactly(count: int, frames: Iterator[av.VideoFrame], name: str) -> Iterator[av.VideoFrame]:
    """``frames``, the last one only once it is sure that there are ``count``.

    Nobody downstream can then take a shard of another length for a whole one.
    """
    found, last = 0, None
    for found, frame in enumerate(frames, 1):
        if found < count:
            yield frame
        last = frame
    if last is None or found != count:
        raise MediaError(
            f"{name} holds {found} frames, not {count} as its manifest says; "
            "materialise the frames again"
        )
    yield last


def _frames(content: bytes, name: str) -> Iterator[av.VideoFrame]:
    with (
        libav(f"decoding {name}"),
        av.open(BytesIO(content), "r", buffer_size=_BUFFER_BYTES, options=AT_ONCE) as container,
    ):
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        yield from container.decode(stream)
