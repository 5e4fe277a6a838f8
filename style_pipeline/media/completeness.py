"""Whether all of a file is there: what its container promises against what can be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from style_pipeline.errors import UnusableVideo
from style_pipeline.media import packets
from style_pipeline.media.ffmpeg import Blame
from style_pipeline.media.packets import PacketLog

_MISSING_SECONDS = Fraction(1, 2)
"""A container that promises this much more than its packets hold was cut off."""

_MISSING_SECONDS_OF_FAULTY = Fraction(1, 100)
"""And so was one in which FFmpeg lost its place."""

_GAP_BYTES = 128
"""Packets of an mkv lie closer together than this; between clusters there are some 30 bytes."""

_NO_COUNT = 1 << 30
"""What FFmpeg writes where it cannot go back to an avi's header for the count, as in a pipe."""

_COUNTING = {"mov": packets.count_without_edits, "avi": packets.count_with_empty}
"""Containers that count their pictures: with those that an edit list hides, or that are empty."""

_COUNTED_FROM_ZERO = ("matroska", "mov", "asf")
"""Containers whose duration ends where their last stream does, however late the first begins."""


@dataclass(frozen=True)
class Promise:
    """What a container says it holds.

    ``duration`` in seconds, None where it does not say, counted from ``start``;
    ``declared_frames`` is its count of the video's pictures, or None. ``video_end`` is where an
    mp4's index lets the video end, in seconds.
    """

    container: str
    start: Fraction
    duration: Fraction | None
    declared_frames: int | None
    video_stream: int
    video_end: Fraction


def refuse_cut_off(
    path: Path, promise: Promise, log: PacketLog, bases: Mapping[int, Fraction], blame: Blame
) -> None:
    """Raises UnusableVideo where a part of the file is not there.

    ``bases`` are the time bases of its streams.
    """
    found = sum(packet.shown for packet in log.of(promise.video_stream))
    if found == 0:
        raise UnusableVideo("the video holds no pictures; it was cut off, upload it again")
    _refuse_fewer_than_declared(path, promise, found, blame)
    _refuse_unknown_length(promise, log)
    missing = _missing_seconds(promise, log, bases)
    if missing > (_MISSING_SECONDS_OF_FAULTY if log.faulty else _MISSING_SECONDS):
        raise UnusableVideo(
            f"the video is cut off: the last {float(missing):.2f} s of its "
            f"{float(promise.duration or 0):.2f} s are not there; upload it again"
        )
    if log.faulty:
        _refuse_gap(path, promise, blame)


def _refuse_fewer_than_declared(path: Path, promise: Promise, found: int, blame: Blame) -> None:
    declared = promise.declared_frames or 0
    count = _COUNTING.get(promise.container.partition(",")[0])
    if count is None or found >= declared:
        return
    readable = count(path, promise.video_stream, blame)
    if readable < declared:
        raise UnusableVideo(
            f"the video is cut off or damaged: {readable} of its {declared} frames are there; "
            "upload it again"
        )


def _refuse_unknown_length(promise: Promise, log: PacketLog) -> None:
    """FFmpeg believes the length that an asf names only where it has the size it names too."""
    if log.truncated or (promise.container == "asf" and promise.duration is None):
        raise UnusableVideo(
            "the video is cut off: the file is shorter than it says itself; upload it again"
        )


def _refuse_gap(path: Path, promise: Promise, blame: Blame) -> None:
    """Where FFmpeg loses its place, it goes on from the next cluster, and says no more."""
    gap = packets.largest_gap(path, blame, to_end=promise.duration is None)
    if gap > _GAP_BYTES:
        raise UnusableVideo(
            f"the video is damaged: {gap:,} bytes between its pictures cannot be read; "
            "upload it again"
        )


def _missing_seconds(promise: Promise, log: PacketLog, bases: Mapping[int, Fraction]) -> Fraction:
    """How much longer the container claims to be than any of its streams reaches."""
    ends = [
        (packet.pts + (packet.duration or 0)) * bases[packet.stream]
        for packet in log.packets
        if packet.pts is not None and packet.stream in bases
    ]
    if promise.duration is None or not ends:
        return Fraction(0)
    return promise.start + promise.duration - max(*ends, promise.video_end)


def declared(stream: Mapping[str, Any]) -> int | None:
    """A stream's own count of its pictures, None where it has none."""
    count = int(stream.get("nb_frames", _NO_COUNT))
    return None if count == _NO_COUNT else count


def duration(container: Mapping[str, Any]) -> Fraction | None:
    """How many seconds a file says it lasts, or None; an avi's are FFmpeg's guess."""
    said = None if container["format_name"] == "avi" else container.get("duration")
    return None if said is None else Fraction(said)


def counted_from(container: Mapping[str, Any]) -> Fraction:
    """Where a file's duration begins, in seconds: at its own zero, or at its first time."""
    zero = container["format_name"].startswith(_COUNTED_FROM_ZERO)
    return Fraction(0 if zero else container.get("start_time", 0))


def described(content: Mapping[str, Any]) -> Mapping[int, Fraction]:
    """The time base of every stream that ffprobe describes."""
    return {stream["index"]: Fraction(stream["time_base"]) for stream in content["streams"]}
