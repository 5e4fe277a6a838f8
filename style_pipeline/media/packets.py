"""When the packets of every stream are shown, as the container says; nothing is decoded."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from style_pipeline.media import ffmpeg
from style_pipeline.media.ffmpeg import Blame, Input, Output

_TRUNCATED = ("File ended prematurely", "partial file")
"""How FFmpeg says that a file ends before it should, and goes on."""

_OF_MATROSKA = "[matroska,webm @ "
"""How FFmpeg begins when an mkv or a webm itself is wrong, not what is in it."""


@dataclass(frozen=True)
class Packet:
    """One packet: ``pts`` and ``duration`` in its stream's time base, None where not known.

    ``size`` is in bytes; ``shown`` is False for what an edit list hides; ``key`` where decoding may
    begin.
    """

    stream: int
    pts: int | None
    duration: int | None
    size: int
    shown: bool
    key: bool


@dataclass(frozen=True)
class PacketLog:
    """All packets of a file, in file order; ``truncated`` where FFmpeg missed some at its end.

    ``faulty`` is an mkv or webm in which FFmpeg lost its place, and looked for another one.
    """

    packets: tuple[Packet, ...]
    truncated: bool
    faulty: bool

    def of(self, stream: int) -> Sequence[Packet]:
        """The packets of one stream."""
        return [packet for packet in self.packets if packet.stream == stream]


def read(path: Path, blame: Blame) -> PacketLog:
    """List the packets of ``path``; raises ``blame.failure`` where it cannot be read at all."""
    fields = "packet=stream_index,pts,duration,size,flags"
    finished = ffmpeg.probe(path, ["-show_entries", fields, "-of", "csv=p=0"], blame)
    return PacketLog(
        packets=tuple(_rows(finished.stdout.decode("ascii", "replace"))),
        truncated=any(words in finished.stderr for words in _TRUNCATED),
        faulty=_OF_MATROSKA in finished.stderr,
    )


def count_without_edits(path: Path, stream: int, blame: Blame) -> int:
    """How many packets of a stream can be read when an edit list hides none of them."""
    wanted = ["-ignore_editlist", "1", "-select_streams", str(stream)]
    entries = ["-show_entries", "packet=stream_index", "-of", "csv=p=0"]
    return len(ffmpeg.probe(path, [*wanted, *entries], blame).stdout.split())


def count_with_empty(path: Path, stream: int, blame: Blame) -> int:
    """How many packets an avi's stream has with those that are empty, which repeat a picture.

    They are what its clock counts, so the last one's time tells; as many are listed as in a look
    into a file.
    """
    everything = Input(path, {"fflags": "noparse", "discard": "none", "copyts": None})
    with tempfile.TemporaryDirectory(prefix="style-pipeline-") as folder:
        target = Path(folder) / "packets.crc"
        listed = {"c": "copy", "f": "framecrc", "fs": ffmpeg.PROBE_LIMITS.output_bytes}
        ffmpeg.run(
            [everything], [Output(target, [(0, str(stream))], listed)], blame, forgiving=True
        )
        with target.open(encoding="ascii") as lines:
            rows = [line.split(",") for line in lines if not line.startswith("#")]
    return max((int(row[1]) + int(row[3]) for row in rows), default=0)


def largest_gap(path: Path, blame: Blame, *, to_end: bool) -> int:
    """The most bytes in a row that belong to no packet, after the first, and before the last one.

    Or before the end of the file, with ``to_end``. Packets in one lace are all where it begins.
    """
    entries = ["-show_entries", "packet=size,pos", "-of", "csv=p=0"]
    lines = ffmpeg.probe(path, entries, blame).stdout.decode("ascii", "replace").split()
    sizes: Counter[int] = Counter()
    for size, place in (line.split(",")[:2] for line in lines if line.count(",")):
        sizes[int(place)] += int(size)
    ends = [(path.stat().st_size, 0)] if to_end else []
    placed = [*sorted(sizes.items()), *ends]
    return max((after - place - size for (place, size), (after, _) in pairwise(placed)), default=0)


def _rows(text: str) -> Iterator[Packet]:
    for line in text.splitlines():
        columns = line.split(",")
        if len(columns) >= 5:  # side data print shorter lines of their own
            stream, pts, duration, size, flags = columns[:5]
            shown, key = "D" not in flags, "K" in flags
            yield Packet(int(stream), _number(pts), _number(duration), int(size), shown, key)


def _number(text: str) -> int | None:
    return None if text in ("N/A", "") else int(text)
