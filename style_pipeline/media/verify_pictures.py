"""Whether the pictures of a finished file are those of the styled shards, bit for bit.

A shard opens with a picture that needs no other one and none looks beyond it: the same packets
decode to the same pictures. So every packet is compared, and of the pictures the first of each
shard is decoded, where a seam could break. What only repeats how to decode is no part of a
picture: it stands in every shard's header, and is written between packets by whoever joins them.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from style_pipeline.media import ffmpeg
from style_pipeline.media.assemble import Parts
from style_pipeline.media.boxes import packets_of
from style_pipeline.media.ffmpeg import Blame, Input, Options, Output
from style_pipeline.media.verdicts import Verdict, equal

_BLAME = Blame("decode the finished video")
_LENGTH = 4


@dataclass(frozen=True)
class _Units:
    """The units that a codec's packets consist of: each is of the kind ``byte >> shift & mask``.

    ``beside`` are the kinds that are no pictures; of a picture's units, the first has the highest
    bit of its byte number ``first`` set.
    """

    shift: int
    mask: int
    beside: frozenset[int]
    first: int

    def of_pictures(self, packets: bytes) -> Iterator[bytes | memoryview]:
        """Units that belong to pictures, each after FFmpeg's mark, instead of after its length."""
        rest = memoryview(packets)
        while len(rest) > _LENGTH:
            end = _LENGTH + int.from_bytes(rest[:_LENGTH])
            unit, rest = rest[_LENGTH:end], rest[end:]
            if unit[0] >> self.shift & self.mask not in self.beside:
                yield b"\0\0\0\1" if unit[self.first] & 0x80 else b"\0\0\1"
                yield unit

    @property
    def filter(self) -> str:
        """The bitstream filter that leaves the same units over."""
        return f"filter_units=remove_types={'|'.join(map(str, sorted(self.beside)))}"


_UNITS = {
    "h264": _Units(0, 0x1F, frozenset((6, 7, 8, 9)), 1),
    "hevc": _Units(1, 0x3F, frozenset((32, 33, 34, 35, 39, 40)), 2),
}
"""Parameter sets, delimiters, supplements (ITU-T H.264, table 7-1; H.265, table 7-1)."""


def verdicts(parts: Parts, codec: str, finished: Path) -> Iterator[Verdict]:
    """Packets, then seams; ``codec`` is FFmpeg's name of the pictures'."""
    found, opened = _read(codec, finished)
    yield equal("picture packets", _packets_md5(codec, parts.styled), found)
    shards = len(parts.styled)
    yield Verdict("shards that open", str(shards), str(min(opened, shards)), opened >= shards)


def _packets_md5(codec: str, shards: Sequence[Path]) -> str:
    units, digest = _UNITS.get(codec), hashlib.md5(usedforsecurity=False)
    for shard in shards:
        packets = packets_of(shard)
        for part in [packets] if units is None else units.of_pictures(packets):
            digest.update(part)
    return digest.hexdigest()


def _read(codec: str, finished: Path) -> tuple[str, int]:
    """The md5 of all packets, and how many pictures come out that need no other one."""
    with tempfile.TemporaryDirectory(prefix="verify-", dir=finished.parent) as folder:
        sums, opened = Path(folder) / "pictures.md5", Path(folder) / "opened.crc"
        units = _UNITS.get(codec)
        bare: Options = {"bsf:v": units.filter} if units else {}
        copied = Output(sums, [(0, "v:0")], {"c": "copy", **bare, "f": "md5"})
        decoded = Output(opened, [(1, "v:0")], {"fps_mode": "passthrough", "f": "framecrc"})
        openings = Input(finished, {"discard": "nokey", "skip_frame": "nokey"})
        ffmpeg.run([Input(finished), openings], [copied, decoded], _BLAME)
        said = sums.read_text(encoding="ascii").strip().removeprefix("MD5=")
        with opened.open(encoding="ascii") as lines:
            return said, sum(not line.startswith("#") for line in lines)
