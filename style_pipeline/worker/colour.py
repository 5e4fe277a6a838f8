"""FFmpeg's names for colour properties, as the numbers that libav wants (ITU-T H.273).

A matrix has two numbers: H.273's, which tags a stream, and libswscale's own, which converts. Both
numberings of a range agree: 1 is limited ("tv"), 2 is full ("pc").
"""

from dataclasses import dataclass
from typing import Final

from style_pipeline.errors import MediaError
from style_pipeline.manifest import ColourTags

_MATRICES: Final = {
    "bt709": 1,
    "fcc": 4,
    "bt470bg": 5,
    "smpte170m": 6,
    "smpte240m": 7,
    "bt2020nc": 9,
}
_PRIMARIES: Final = {
    "bt709": 1,
    "unknown": 2,
    "bt470m": 4,
    "bt470bg": 5,
    "smpte170m": 6,
    "smpte240m": 7,
    "film": 8,
    "bt2020": 9,
    "smpte428": 10,
    "smpte431": 11,
    "smpte432": 12,
    "ebu3213": 22,
}
_TRANSFERS: Final = {
    "bt709": 1,
    "unknown": 2,
    "bt470m": 4,
    "bt470bg": 5,
    "smpte170m": 6,
    "smpte240m": 7,
    "linear": 8,
    "log100": 9,
    "log316": 10,
    "iec61966-2-4": 11,
    "bt1361e": 12,
    "iec61966-2-1": 13,
    "bt2020-10": 14,
    "bt2020-12": 15,
    "smpte2084": 16,
    "smpte428": 17,
    "arib-std-b67": 18,
}
_RANGES: Final = {"tv": 1, "pc": 2}
FULL_RANGE: Final = 2

_SWSCALE_BT601: Final = 5


@dataclass(frozen=True)
class ColourNumbers:
    """Matrix, primaries, transfer and range as H.273 numbers them; range is 1 (tv) or 2 (pc)."""

    matrix: int
    primaries: int
    transfer: int
    range: int

    @property
    def swscale_matrix(self) -> int:
        """The matrix as libswscale numbers it: it knows both BT.601 variants as one."""
        return _SWSCALE_BT601 if self.matrix == _MATRICES["smpte170m"] else self.matrix


def numbers(colour: ColourTags) -> ColourNumbers:
    """Raises MediaError for a colour property that we cannot convert by."""
    return ColourNumbers(
        matrix=_look_up(_MATRICES, colour.matrix, "matrix"),
        primaries=_look_up(_PRIMARIES, colour.primaries, "primaries"),
        transfer=_look_up(_TRANSFERS, colour.transfer, "transfer"),
        range=_look_up(_RANGES, colour.range, "range"),
    )


def _look_up(table: dict[str, int], name: str, what: str) -> int:
    if name not in table:
        raise MediaError(
            f"the colour {what} {name!r} cannot be converted; convert the video to bt709 first"
        )
    return table[name]
