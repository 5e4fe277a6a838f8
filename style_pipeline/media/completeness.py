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


_COUNTED_FROM_ZERO = ("matroska", "mov", "asf", "avi")
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
    if missing > _MISSING_SECONDS:
        raise UnusableVideo(
            f"the video is cut off: the last {float(missing):.1f} s of its "
            f"{float(promise.duration or 0):.1f} s are not there; upload it again"
        )


def _refuse_fewer_than_declared(path: Path, promise: Promise, found: int, blame: Blame) -> None:
    """Only mp4's index lists every frame; it lists those too that an edit list hides."""
    declared = promise.declared_frames or 0
    if not promise.container.startswith("mov") or found >= declared:
        return
    readable = packets.count_without_edits(path, promise.video_stream, blame)
    if readable < declared:
        raise UnusableVideo(
            f"the video is cut off: {readable} of its {declared} frames are there; upload it again"
        )


def _refuse_unknown_length(promise: Promise, log: PacketLog) -> None:
    """FFmpeg believes the length that an asf names only where it has the size it names too."""
    if log.truncated or (promise.container == "asf" and promise.duration is None):
        raise UnusableVideo(
            "the video is cut off: the file is shorter than it says itself; upload it again"
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


def counted_from(container: str, first: Fraction | None) -> Fraction:
    """Where a container's duration begins: at its own zero, or its ``first`` time, in seconds."""
    return Fraction(0) if container.startswith(_COUNTED_FROM_ZERO) else first or Fraction(0)


def described(content: Mapping[str, Any]) -> Mapping[int, Fraction]:
    """The time base of every stream that ffprobe describes."""
    return {stream["index"]: Fraction(stream["time_base"]) for stream in content["streams"]}
