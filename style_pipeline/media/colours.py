"""What a source's colours mean: its own tags where it has them, the usual rules where not."""

from collections.abc import Mapping
from typing import Any

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import ColourTags

_HIGH_DYNAMIC_RANGE = ("smpte2084", "arib-std-b67")

_UNSAID = (None, "", "unknown", "unspecified", "reserved")

_PRIMARIES = {"bt709": "bt709", "bt470bg": "bt470bg", "bt2020nc": "bt2020"}
_TRANSFERS = {"bt709": "bt709", "bt2020nc": "bt2020-10"}


def resolve(stream: Mapping[str, Any]) -> ColourTags:
    """The colour tags of a video stream as ffprobe describes it.

    An untagged picture is BT.709 from 720 lines up (or 1280 columns), BT.601 below, of limited
    range. A picture stored as RGB has no matrix: it is given the one that its YUV copies will use.
    Raises UnusableVideo for high dynamic range, which painting would flatten unseen.
    """
    transfer = stream.get("color_transfer")
    if transfer in _HIGH_DYNAMIC_RANGE:
        raise UnusableVideo(
            f"the video is HDR ({transfer}), which cannot be painted without losing it; "
            "convert it to SDR (BT.709) and upload that"
        )
    is_rgb = stored_as_rgb(stream["pix_fmt"])
    matrix = stream.get("color_space")
    tagged = not is_rgb and matrix not in _UNSAID
    if not tagged:
        matrix = _usual_matrix(int(stream["width"]), int(stream["height"]))
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
