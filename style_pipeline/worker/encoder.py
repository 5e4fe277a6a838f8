"""From RGB pictures to one styled shard, ready to be joined by copying packets.

What makes shards of one job join without a seam: every shard starts with an IDR picture and no
picture looks across its borders; all carry the same parameter sets (``stitchable``); times are
absolute, in the source's time base. H.264 and HEVC have no B-frames: their decoding times before a
shard's first picture would run into the shard before it wherever the frame rate varies.

What makes equal pictures give equal bytes: one thread, and neither dates nor versions in the
container. :mod:`style_pipeline.worker.codecs` has what each encoder is told, and
:mod:`style_pipeline.worker.rated` what is done for a bit rate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import pairwise

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from style_pipeline.errors import MediaError
from style_pipeline.job import Encoding
from style_pipeline.manifest import FrameManifest, FrameShard, VideoFormat
from style_pipeline.worker import codecs, colour, priority
from style_pipeline.worker.conversion import Conversion
from style_pipeline.worker.libav import libav

_FASTEST = Fraction(240)
"""Frames per second that every encoder accepts; times are exact, whatever the rate is called."""


@dataclass(frozen=True)
class Times:
    """When each picture of a shard is shown and for how long, in units of ``time_base``.

    ``pts`` counts from the video's first picture.
    """

    time_base: Fraction
    pts: tuple[int, ...]
    durations: tuple[int, ...]

    @classmethod
    def of(cls, manifest: FrameManifest, shard: FrameShard) -> "Times":
        """The times of one shard's pictures."""
        end = manifest.pts[-1] + manifest.last_duration
        known = (*manifest.pts, end)[shard.first_frame : shard.first_frame + shard.count + 1]
        pts = tuple(time - manifest.pts[0] for time in known)
        durations = tuple(after - before for before, after in pairwise(pts))
        return cls(manifest.format.time_base, pts[:-1], durations)


class ShardEncoder:
    """Encodes one shard at one quality; give it every picture in turn, then ask for the file.

    ``quality`` stands where ``encoding`` names none. ``packet_bytes`` is what the pictures took.
    """

    missed: float | None = None
    """No size was asked for."""

    def __init__(
        self,
        format: VideoFormat,
        encoding: Encoding,
        times: Times,
        quality: float | None = None,
    ) -> None:
        tags = colour.numbers(format.colour)
        quality = encoding.crf if quality is None else quality
        self.packet_bytes = 0
        self._times = times
        self._given = self._written = 0
        self._file = BytesIO()
        with libav("opening the encoder"):
            muxer = encoding.suffix.removeprefix(".")
            self._container = av.open(self._file, "w", format=muxer, options=_container(format))
            self._stream = _stream(self._container, format, encoding, quality, times.time_base)
            _tag(self._stream, tags)
        self._conversion = Conversion(tags, self._stream.codec_context.pix_fmt or "")

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Encode the next picture, [H, W, 3] uint8 RGB, full range."""
        self.add_frame(self.convert(picture))

    def convert(self, picture: NDArray[np.uint8]) -> av.VideoFrame:
        """A picture as :meth:`add_frame` wants it."""
        with libav("converting a picture"):
            return self._conversion(picture)

    def add_frame(self, frame: av.VideoFrame) -> None:
        """Encode the next picture, converted by this encoder or by another one of its kind."""
        if self._given == len(self._times.pts):
            raise MediaError(f"a shard of {self._given} pictures was given one more")
        with libav("encoding a picture"):
            frame.pts = self._times.pts[self._given]
            frame.time_base = self._times.time_base
            self._given += 1
            self._mux(self._stream.encode(frame))
        if self._given == 1:  # which has opened the encoder
            priority.make_ordinary()

    def finish(self) -> bytes:
        """The whole file; raises MediaError where a picture is missing."""
        with libav("finishing a shard"):
            self._mux(self._stream.encode())
            self._container.close()
        if self._written != len(self._times.pts):
            raise MediaError(
                f"{self._written} of {len(self._times.pts)} pictures of a shard were encoded; "
                "run it again"
            )
        return self._file.getvalue()

    def _mux(self, packets: "Iterable[av.Packet[VideoStream]]") -> None:
        for packet in packets:
            packet.duration = self._times.durations[self._written]
            self.packet_bytes += packet.size
            self._container.mux(packet)
            self._written += 1


def _container(format: VideoFormat) -> dict[str, str]:
    """Both of mp4's clocks count every tick of the source's, so that no time is rounded."""
    ticks = str(format.clock)
    return {"fflags": "+bitexact", "movie_timescale": ticks, "video_track_timescale": ticks}


def _stream(
    container: av.container.OutputContainer,
    format: VideoFormat,
    encoding: Encoding,
    quality: float | None,
    time_base: Fraction,
) -> VideoStream:
    size = format.width, format.height
    options = codecs.options(encoding, quality, *size)
    rate = min(format.frame_rate, _FASTEST)
    stream = container.add_stream(encoding.codec, rate=rate, options=options)
    if not isinstance(stream, VideoStream):
        raise MediaError(f"{encoding.codec} is no video encoder")
    context = stream.codec_context
    context.width, context.height = size
    context.pix_fmt = codecs.pixel_format(encoding, *size)
    context.bit_rate = 0
    context.time_base = stream.time_base = time_base
    context.sample_aspect_ratio = format.sample_aspect
    context.thread_count = 1
    if tag := codecs.tag(encoding, *size):
        context.codec_tag = tag
    return stream


def _tag(stream: VideoStream, tags: colour.ColourNumbers) -> None:
    context = stream.codec_context
    context.colorspace = tags.matrix
    context.color_primaries = tags.primaries
    context.color_trc = tags.transfer
    context.color_range = tags.range
