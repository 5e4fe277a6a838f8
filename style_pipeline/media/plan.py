"""What will become of everything in a file: kept, converted, left out, or why all is refused.

The one account of it: ``inspect`` prints it before anything is done, ``final_video`` shows it
beside the comparison.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from style_pipeline.job import RATE_TOLERANCE, Encoding
from style_pipeline.manifest import AudioStream
from style_pipeline.media.audio import is_exact
from style_pipeline.media.containers import Container
from style_pipeline.media.probe import SourceProbe
from style_pipeline.media.streams import OtherStream
from style_pipeline.media.verdicts import TOLERANCE

_CODEC_NAMES = {"flac": "FLAC", "alac": "Apple Lossless", "libopus": "Opus"}


class Fate(StrEnum):
    """What becomes of a part of a file."""

    KEPT = "kept"
    CONVERTED = "converted"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Line:
    """One part of a file, what becomes of it, and how or why."""

    part: str
    fate: Fate
    how: str


def plan(
    probe: SourceProbe, notes: Sequence[str], container: Container, encoding: Encoding
) -> tuple[Line, ...]:
    """A line for every part of a source.

    ``notes`` are what is done to its pictures before they are painted, ``encoding`` is how
    they are encoded afterwards.
    """
    return (
        *_pictures(probe, notes, container, encoding),
        *(_sound(stream, container) for stream in probe.audio),
        *(_other(stream, container) for stream in probe.others),
        *_chapters(probe, container),
        *(Line(f"tag {key}", Fate.KEPT, "as it is") for key, _ in probe.tags),
    )


def _pictures(
    probe: SourceProbe, notes: Sequence[str], container: Container, encoding: Encoding
) -> Iterator[Line]:
    video = probe.video
    shape = f"{probe.video_codec}, {video.width}x{video.height}, {video.pixel_format}"
    into = container.suffix.removeprefix(".")
    how = f"painted, encoded by {encoding.codec} into {into}{_rate(encoding)}"
    yield Line(f"video {probe.video_stream_index} ({shape})", Fate.CONVERTED, how)
    count = f"{probe.packets} {'frame' if probe.packets == 1 else 'frames'}"
    yield Line(count, Fate.KEPT, "every frame once, at its own time")
    for note in notes:
        what, _, done = note.partition(": ")
        yield Line(what, Fate.CONVERTED, done)


def _rate(encoding: Encoding) -> str:
    if encoding.bit_rate is None:
        return ""
    return f" at {encoding.bit_rate:,} bit/s, each shard within {RATE_TOLERANCE:.0%}"


def _sound(stream: AudioStream, container: Container) -> Line:
    language = f", {stream.tags.language}" if stream.tags.language != "und" else ""
    part = f"audio {stream.stream_index} ({stream.codec}{language})"
    if container.holds(stream):
        return Line(part, Fate.KEPT, "copied bit for bit")
    loss = "no sample changed" if container.lossless and is_exact(stream) else "encoded again"
    name = _CODEC_NAMES[container.encoder]
    return Line(part, Fate.CONVERTED, f"to {name}, {loss}: {container.suffix} cannot hold it")


def _other(stream: OtherStream, container: Container) -> Line:
    codec = container.subtitle_codec(stream)
    if codec == "copy":
        return Line(str(stream), Fate.KEPT, "copied")
    if codec:
        return Line(str(stream), Fate.CONVERTED, f"to {codec}, its words and times")
    if stream.kind == "subtitle":
        return Line(str(stream), Fate.LEFT_OUT, f"{container.suffix} cannot hold it")
    why = (
        "cover art is not the video" if stream.kind == "cover" else "neither video, sound nor text"
    )
    if stream.kind == "video":
        why = "the first video stream is painted"
    return Line(str(stream), Fate.LEFT_OUT, why)


def _chapters(probe: SourceProbe, container: Container) -> Iterator[Line]:
    if not probe.chapters:
        return
    part = f"{len(probe.chapters)} chapters"
    pictures = [time * probe.video.time_base for time in probe.packet_pts[:1]]
    heard = [max(one.start, Fraction(0)) for one in probe.audio]
    begins = min([*pictures, *heard], default=Fraction(0))
    if container.is_mp4 and probe.chapters[0].start > begins + TOLERANCE:
        how = f"the first begins with the video: {container.suffix} leaves no gap"
        yield Line(part, Fate.CONVERTED, how)
    else:
        yield Line(part, Fate.KEPT, "names and times")
