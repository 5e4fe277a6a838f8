"""Reading back the times of the frames in a shard that was just written."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from style_pipeline.media import ffmpeg
from style_pipeline.media.ffmpeg import Blame

_BLAME = Blame("read back the frames that were written")


@dataclass(frozen=True)
class ShardTimes:
    """``times`` of the frames in the shard at ``path``, in seconds and in order."""

    path: Path
    times: tuple[Fraction, ...]


def read_times(path: Path) -> ShardTimes:
    """The times in a shard; raises MediaError where it cannot be read."""
    content = ffmpeg.probe_json(
        path, ["-show_entries", "packet=pts:stream=time_base", "-select_streams", "v:0"], _BLAME
    )
    time_base = Fraction(content["streams"][0]["time_base"])
    return ShardTimes(path, tuple(int(packet["pts"]) * time_base for packet in content["packets"]))


def in_ticks(seconds: Fraction, time_base: Fraction) -> int:
    """``seconds`` in units of ``time_base``; exact where the shard kept the source's clock."""
    return round(seconds / time_base)
