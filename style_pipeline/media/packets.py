"""When the packets of every stream are shown, as the container says; nothing is decoded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from style_pipeline.media import ffmpeg
from style_pipeline.media.ffmpeg import Blame

_TRUNCATED = ("File ended prematurely", "partial file")
"""How FFmpeg says that a file ends before it should, and goes on."""


@dataclass(frozen=True)
class Packet:
    """One packet: ``pts`` and ``duration`` in its stream's time base, None where not known.

    ``shown`` is False for what an edit list hides; ``key`` where decoding may begin.
    """

    stream: int
    pts: int | None
    duration: int | None
    shown: bool
    key: bool


@dataclass(frozen=True)
class PacketLog:
    """All packets of a file, in file order; ``truncated`` where FFmpeg missed some at its end."""

    packets: tuple[Packet, ...]
    truncated: bool

    def of(self, stream: int) -> Sequence[Packet]:
        """The packets of one stream."""
        return [packet for packet in self.packets if packet.stream == stream]


def read(path: Path, blame: Blame) -> PacketLog:
    """List the packets of ``path``; raises ``blame.failure`` where it cannot be read at all."""
    fields = "packet=stream_index,pts,duration,flags"
    finished = ffmpeg.probe(path, ["-show_entries", fields, "-of", "csv=p=0"], blame)
    truncated = any(words in finished.stderr for words in _TRUNCATED)
    return PacketLog(tuple(_rows(finished.stdout.decode("ascii", "replace"))), truncated)


def count_without_edits(path: Path, stream: int, blame: Blame) -> int:
    """How many packets of a stream can be read when an edit list hides none of them."""
    wanted = ["-ignore_editlist", "1", "-select_streams", str(stream)]
    entries = ["-show_entries", "packet=stream_index", "-of", "csv=p=0"]
    return len(ffmpeg.probe(path, [*wanted, *entries], blame).stdout.split())


def _rows(text: str) -> Iterator[Packet]:
    for line in text.splitlines():
        columns = line.split(",")
        if len(columns) >= 4:  # side data print shorter lines of their own
            stream, pts, duration, flags = columns[:4]
            shown, key = "D" not in flags, "K" in flags
            yield Packet(int(stream), _number(pts), _number(duration), shown, key)


def _number(text: str) -> int | None:
    return None if text in ("N/A", "") else int(text)
