"""The boxes that an mp4 is made of (ISO/IEC 14496-12, section 4.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_HEADER = 8
_LONG_HEADER = 16


@dataclass(frozen=True)
class Box:
    """One box of a file: its ``content`` lies at ``start`` and has ``size`` bytes."""

    kind: bytes
    start: int
    size: int


def boxes(stream: BinaryIO, end: int) -> Iterator[Box]:
    """The outermost boxes of a file of ``end`` bytes, in order, up to the first that is none."""
    at = 0
    while at + _HEADER <= end:
        stream.seek(at)
        header = stream.read(_LONG_HEADER)
        size, kind, before = int.from_bytes(header[:4]), header[4:8], _HEADER
        if size == 1:
            size, before = int.from_bytes(header[8:]), _LONG_HEADER
        following = at + size if size else end
        if following < at + before:
            return
        yield Box(kind, at + before, min(following, end) - at - before)
        at = following


def index_comes_first(path: Path) -> bool:
    """Whether ``moov`` comes before ``mdat``: a player can begin before it has the whole file."""
    with path.open("rb") as stream:
        for box in boxes(stream, path.stat().st_size):
            if box.kind in (b"moov", b"mdat"):
                return box.kind == b"moov"
    return False


def packets_of(path: Path) -> bytes:
    """All packets of a file with a single stream, one after the other."""
    with path.open("rb") as stream:
        parts = []
        for box in boxes(stream, path.stat().st_size):
            if box.kind == b"mdat":
                stream.seek(box.start)
                parts.append(stream.read(box.size))
    return b"".join(parts)
