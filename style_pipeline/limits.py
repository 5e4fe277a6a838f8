"""How much is too much: of an upload, and of this machine for one run of FFmpeg.

A refusal names the limit, what was found, and what to do about it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from style_pipeline.process import Limits
from style_pipeline.variables import Reader

PREFIX = "STYLE_PIPELINE_"

VARIABLES = {
    f"{PREFIX}UPLOAD_GIB": "largest upload in GiB (default: 20)",
    f"{PREFIX}UPLOAD_MINUTES": "longest video in minutes (default: 240)",
    f"{PREFIX}UPLOAD_FRAMES": "most frames of a video (default: 500000)",
    f"{PREFIX}UPLOAD_PIXELS": "most pixels of one frame (default: 35389440, 8K)",
    f"{PREFIX}UPLOAD_STREAMS": "most streams of a file: pictures, sound, subtitles (default: 32)",
    f"{PREFIX}UPLOAD_PAINTING_HOURS": "longest estimated time to paint a video (default: 72)",
    f"{PREFIX}PIXELS_PER_SECOND": "how fast this installation paints, until it has measured that "
    "itself (default: 4000000)",
    f"{PREFIX}FFMPEG_SECONDS": "longest time for one run of FFmpeg (default: 21600)",
    f"{PREFIX}FFMPEG_CPU_SECONDS": "most processor time for it (default: 86400)",
    f"{PREFIX}FFMPEG_MEMORY_GIB": "most memory for it, in GiB (default: 8)",
    f"{PREFIX}FFMPEG_FILE_GIB": "largest file that it may write, in GiB (default: 256)",
}

_GIB = 1 << 30


@dataclass(frozen=True)
class Content:
    """What a file turned out to hold; ``painting_seconds`` is an estimate."""

    seconds: float
    frames: int
    pixels: int
    streams: int
    painting_seconds: float


@dataclass(frozen=True)
class UploadLimits:
    """The most that an upload may be; ``pace`` is how many pixels are painted in a second."""

    size: int = 20 * _GIB
    seconds: float = 240 * 60.0
    frames: int = 500_000
    pixels: int = 8192 * 4320
    streams: int = 32
    painting_seconds: float = 72 * 3600.0
    pace: float = 4_000_000.0

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Raises ConfigurationError for what makes no sense."""
        read = Reader(environ, PREFIX)
        return cls(
            size=round(read.number("UPLOAD_GIB", float, 0, 1 << 20, 20.0) * _GIB),
            seconds=read.number("UPLOAD_MINUTES", float, 0, 1_000_000, 240.0) * 60,
            frames=read.number("UPLOAD_FRAMES", int, 1, 1_000_000_000, 500_000),
            pixels=read.number("UPLOAD_PIXELS", int, 1, cls.pixels, cls.pixels),
            streams=read.number("UPLOAD_STREAMS", int, 1, 10_000, 32),
            painting_seconds=read.number("UPLOAD_PAINTING_HOURS", float, 0, 1_000_000, 72.0) * 3600,
            pace=read.number("PIXELS_PER_SECOND", float, 1, 1_000_000_000_000, 4_000_000.0),
        )

    def size_fault(self, size: int) -> str | None:
        """Why a file of ``size`` bytes is refused, unseen; or None."""
        if size <= self.size:
            return None
        return _exceeds("is", f"{size:,} bytes", f"{self.size:,}", "compress it", "UPLOAD_GIB")

    def fault(self, content: Content) -> str | None:
        """Why a file with this content is refused; or None."""
        return next(self._faults(content), None)

    def _faults(self, found: Content) -> Iterator[str]:
        if found.streams > self.streams:
            value, most = f"{found.streams} streams", str(self.streams)
            yield _exceeds("has", value, most, "leave some out", "UPLOAD_STREAMS")
        if found.pixels > self.pixels:
            value, most = f"{found.pixels:,} pixels in a frame", f"{self.pixels:,}"
            yield _exceeds("has", value, most, "scale it down", "UPLOAD_PIXELS")
        if found.seconds > self.seconds:
            value, most = f"{found.seconds / 60:,.1f} minutes", f"{self.seconds / 60:,.1f}"
            yield _exceeds("lasts", value, most, "cut it", "UPLOAD_MINUTES")
        if found.frames > self.frames:
            value, most = f"{found.frames:,} frames", f"{self.frames:,}"
            yield _exceeds("has", value, most, "cut it", "UPLOAD_FRAMES")
        if found.painting_seconds > self.painting_seconds:
            hours, most = found.painting_seconds / 3600, f"{self.painting_seconds / 3600:,.1f}"
            remedy = "cut it, scale it down, or paint it with a smaller scale"
            value = f"an estimated {hours:,.1f} hours to paint"
            yield _exceeds("takes", value, most, remedy, "UPLOAD_PAINTING_HOURS")


def program_limits(environ: Mapping[str, str]) -> Limits:
    """What one run of FFmpeg may use; raises ConfigurationError for what makes no sense."""
    read = Reader(environ, PREFIX)
    return Limits(
        seconds=read.number("FFMPEG_SECONDS", float, 1, 7 * 86400, 21600.0),
        cpu_seconds=read.number("FFMPEG_CPU_SECONDS", int, 1, 365 * 86400, 86400),
        memory_bytes=round(read.number("FFMPEG_MEMORY_GIB", float, 0, 1 << 20, 8.0) * _GIB),
        file_bytes=round(read.number("FFMPEG_FILE_GIB", float, 0, 1 << 20, 256.0) * _GIB),
    )


def _exceeds(verb: str, value: str, most: str, remedy: str, variable: str) -> str:
    return f"{verb} {value}, the limit is {most}: {remedy}, or raise {PREFIX}{variable}"
