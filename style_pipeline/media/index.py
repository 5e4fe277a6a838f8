"""Where the index of an mp4 lies: in front, a player can begin before it has the whole file."""

from pathlib import Path

_HEADER = 8
_LONG_HEADER = 16


def index_comes_first(path: Path) -> bool:
    """Whether the box ``moov`` comes before ``mdat`` (ISO/IEC 14496-12, section 4.2)."""
    with path.open("rb") as stream:
        while len(header := stream.read(_LONG_HEADER)) >= _HEADER:
            size, kind = int.from_bytes(header[:4]), header[4:8]
            if kind in (b"moov", b"mdat"):
                return kind == b"moov"
            length = int.from_bytes(header[8:]) if size == 1 else size
            if length < _HEADER:
                return False
            stream.seek(length - len(header), 1)
    return False
