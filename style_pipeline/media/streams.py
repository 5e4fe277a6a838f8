"""The streams of a file besides its pictures: sound, text, and what else there may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import AudioStream, StreamTags
from style_pipeline.media.packets import Packet, PacketLog

UNNAMED = ("SoundHandler", "VideoHandler", "SubtitleHandler", "DataHandler", "Stereo", "Mono")
"""Names that programs give to a stream nobody has named."""

_STILLS = ("attached_pic", "timed_thumbnails", "still_image")


@dataclass(frozen=True)
class OtherStream:
    """A stream that is neither the video nor sound.

    ``kind`` is ``subtitle``, ``video`` (another one), ``cover``, ``data`` or ``attachment``;
    ``start`` is its first packet's time in seconds.
    """

    stream_index: int
    kind: str
    codec: str
    tags: StreamTags
    start: Fraction
    packets: int

    def __str__(self) -> str:
        words = [self.kind, str(self.stream_index), f"({self.codec}"]
        language = f", {self.tags.language}" if self.tags.language != "und" else ""
        return f"{' '.join(words)}{language})"


@dataclass(frozen=True)
class Chapter:
    """A part of the video with a name; times in seconds on the file's own clock."""

    start: Fraction
    end: Fraction
    title: str


def video(found: Sequence[dict[str, Any]], log: PacketLog) -> dict[str, Any]:
    """The first stream of moving pictures: no cover, and no single picture beside a video.

    Not every container can mark a cover. Raises UnusableVideo where there are no pictures.
    """
    candidates = [s for s in found if s.get("codec_type") == "video" and not is_still(s)]
    moving = [stream for stream in candidates if len(log.of(stream["index"])) > 1]
    if not candidates:
        raise UnusableVideo("the file holds no video; upload one that does")
    return (moving or candidates)[0]


def is_still(stream: Mapping[str, Any]) -> bool:
    """Whether a video stream holds cover art or thumbnails rather than moving pictures."""
    marks = stream.get("disposition", {})
    return any(marks.get(mark) for mark in _STILLS)


def audio(stream: Mapping[str, Any], log: PacketLog) -> AudioStream:
    """An audio stream as ffprobe describes it."""
    found = log.of(stream["index"])
    base = Fraction(stream["time_base"])
    return AudioStream(
        stream_index=stream["index"],
        codec=stream.get("codec_name", "unknown"),
        sample_rate=int(stream.get("sample_rate", 0)),
        channels=int(stream.get("channels", 0)),
        bits=int(stream.get("bits_per_raw_sample") or stream.get("bits_per_sample") or 0),
        tags=tags(stream),
        start=_start(found, base),
        delay=_opus_delay(stream),
        packets=len(found),
        last_duration=(found[-1].duration or 0 if found else 0) * base,
    )


def other(stream: Mapping[str, Any], log: PacketLog) -> OtherStream:
    """Any other stream as ffprobe describes it."""
    found = log.of(stream["index"])
    kind = str(stream.get("codec_type", "unknown"))
    return OtherStream(
        stream_index=stream["index"],
        kind="cover" if kind == "video" and (is_still(stream) or len(found) < 2) else kind,
        codec=str(stream.get("codec_name") or stream.get("codec_tag_string") or "unknown"),
        tags=tags(stream),
        start=_start(found, Fraction(stream["time_base"])),
        packets=len(found),
    )


def tags(stream: Mapping[str, Any]) -> StreamTags:
    """What a stream is called; an mp4 keeps a title as the name of the stream's handler."""
    said = {str(key).lower(): str(value) for key, value in stream.get("tags", {}).items()}
    handler = said.get("handler_name", "")
    marks = stream.get("disposition", {})
    return StreamTags(
        language=said.get("language", "und"),
        title=said.get("title") or ("" if handler in UNNAMED else handler),
        default=bool(marks.get("default")),
        forced=bool(marks.get("forced")),
    )


def chapters(found: Sequence[Mapping[str, Any]]) -> tuple[Chapter, ...]:
    """The chapters as ffprobe lists them."""
    return tuple(
        Chapter(
            start=chapter["start"] * Fraction(chapter["time_base"]),
            end=chapter["end"] * Fraction(chapter["time_base"]),
            title=str(chapter.get("tags", {}).get("title", "")),
        )
        for chapter in found
    )


def _opus_delay(stream: Mapping[str, Any]) -> Fraction:
    """What its header calls pre-skip: bytes 10 and 11 (RFC 7845, section 5.1), at 48 kHz."""
    if stream.get("codec_name") != "opus":
        return Fraction(0)
    lines = str(stream.get("extradata", "")).split("\n")
    digits = "".join(line.partition(":")[2].partition("  ")[0] for line in lines).replace(" ", "")
    header = bytes.fromhex(digits) if len(digits) % 2 == 0 else b""
    return Fraction(int.from_bytes(header[10:12], "little"), 48_000)


def _start(found: Sequence[Packet], base: Fraction) -> Fraction:
    times = [packet.pts for packet in found if packet.pts is not None]
    return (times[0] if times else 0) * base
