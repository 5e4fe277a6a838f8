"""What a source's colours mean: its own tags where it has them, the usual rules where not."""

import re
from collections.abc import Mapping
from typing import Any

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import ColourTags

HIGH_DYNAMIC_RANGE = {"smpte2084": "PQ", "arib-std-b67": "HLG"}
"""Transfers that say more than a screen of standard range shows, and their short names."""

_CONVERTIBLE = ("bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc")
_ALPHA = ("yuva", "gbrap", "rgba", "bgra", "argb", "abgr", "ya8", "ya16", "ayuv")

_UNSAID = (None, "", "unknown", "unspecified", "reserved")

_PRIMARIES = {"bt709": "bt709", "bt470bg": "bt470bg", "bt2020nc": "bt2020"}
_TRANSFERS = {"bt709": "bt709", "bt2020nc": "bt2020-10"}


def resolve(stream: Mapping[str, Any]) -> ColourTags:
    """The colour tags of a video stream as ffprobe describes it.

    An untagged picture is BT.709 from 720 lines up (or 1280 columns), BT.601 below, of limited
    range. A picture stored as RGB has no matrix: it is given the one that its YUV copies will use.
    Raises UnusableVideo for colours that nobody here can convert.
    """
    transfer = stream.get("color_transfer")
    is_rgb = stored_as_rgb(stream["pix_fmt"])
    matrix = stream.get("color_space")
    tagged = not is_rgb and matrix not in _UNSAID
    if not tagged:
        matrix = _usual_matrix(int(stream["width"]), int(stream["height"]))
    _refuse_unknown(str(matrix), stream)
    return ColourTags(
        matrix=str(matrix),
        primaries=_said(stream.get("color_primaries"), _PRIMARIES.get(str(matrix), "smpte170m")),
        transfer=_said(transfer, _TRANSFERS.get(str(matrix), "smpte170m")),
        range=_range(stream, is_rgb),
        tagged=tagged,
    )


def stored_as_rgb(pixel_format: str) -> bool:
    """Whether pictures of this pixel format are red, green and blue already."""
    return any(name in pixel_format for name in ("rgb", "bgr", "gbr", "rgba", "bgra", "pal8"))


def has_alpha(stream: Mapping[str, Any]) -> bool:
    """Whether a video stream can be seen through; VP8 and VP9 say so in a tag of their own."""
    tags = {str(key).lower(): value for key, value in stream.get("tags", {}).items()}
    return str(stream["pix_fmt"]).startswith(_ALPHA) or tags.get("alpha_mode") == "1"


def bits(pixel_format: str) -> int:
    """Bits per sample of a pixel format, from FFmpeg's name of it: 10 for ``yuv420p10le``."""
    depth = re.search(
        r"p(9|10|12|14|16)(le|be)?$|gray(9|10|12|14|16)|p0?(10|12|16)(le|be)$", pixel_format
    )
    return (
        int(next(digits for digits in depth.groups() if digits and digits.isdigit()))
        if depth
        else 8
    )


def _refuse_unknown(matrix: str, stream: Mapping[str, Any]) -> None:
    if matrix not in _CONVERTIBLE:
        raise UnusableVideo(f"its colours ({matrix}) cannot be read; convert it to bt709 first")
    for data in stream.get("side_data_list", []):
        if data.get("dv_bl_signal_compatibility_id", 1) == 0:
            raise UnusableVideo(
                "its colours are Dolby Vision's own (profile 5); convert it to SDR (BT.709) first"
            )


def _usual_matrix(width: int, height: int) -> str:
    return "bt709" if width >= 1280 or height >= 720 else "smpte170m"


def _range(stream: Mapping[str, Any], is_rgb: bool) -> str:
    if is_rgb:
        return "tv"
    if str(stream["pix_fmt"]).startswith("yuvj"):
        return "pc"
    return _said(stream.get("color_range"), "tv")


def _said(value: str | None, otherwise: str) -> str:
    return otherwise if value is None or value in _UNSAID else value
