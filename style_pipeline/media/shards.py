"""Reading back the times of the frames in a shard that was just written.

In this process, not by FFmpeg's: there are thousands of shards, and a program for each would take
longer than to write them. It is our own file that is read, and nothing in it is decoded.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from style_pipeline.errors import MediaError

_HEADER_ONLY = {"probesize": "32", "codec_whitelist": "none"}
"""Without them libav decodes pictures on opening, to learn what nobody here asks it."""


@dataclass(frozen=True)
class ShardTimes:
    """``times`` of the frames in the shard at ``path``, in seconds and in order."""

    path: Path
    times: tuple[Fraction, ...]


def read_times(path: Path) -> ShardTimes:
    """The times in a shard; raises MediaError where it cannot be read."""
    try:
        with av.open(str(path), "r", options=_HEADER_ONLY) as container:
            (stream,) = container.streams.video
            packets = [packet for packet in container.demux(stream) if packet.size]
            return ShardTimes(path, tuple(_time(packet) for packet in packets))
    except (av.FFmpegError, ValueError) as error:
        raise MediaError(
            f"the frames in {path.name}, just written, cannot be read: {error}"
        ) from error


def in_ticks(seconds: Fraction, time_base: Fraction) -> int:
    """``seconds`` in units of ``time_base``; exact where the shard kept the source's clock."""
    return round(seconds / time_base)


def _time(packet: "av.Packet[av.VideoStream]") -> Fraction:
    if packet.pts is None or packet.time_base is None:
        raise ValueError("a frame has no time")
    return packet.pts * packet.time_base
