"""What each encoder is told: shards join without a seam, and equal pictures give equal bytes.

A shard opens with a picture that needs no other one; none looks beyond its shard; packets come in
the order in which pictures are shown; one thread works, so that no race decides about a byte, and
x264 decides alike on every CPU (with AVX-512 it would decide otherwise, and not always alike).
Chroma is held closer than usual, so that flat colours come back within one level.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from style_pipeline.errors import MediaError
from style_pipeline.job import Encoding


@dataclass(frozen=True)
class Codec:
    """One encoder's fixed ``options``; ``speed`` is its name for them.

    ``pixel_format`` is for even sides; ``odd`` for others, where halving a side would change it.
    ``tag`` is what players want a stream to be called; ``odd_options`` and ``odd_tag`` are those of
    the other pixel format.
    """

    speed: str
    options: Mapping[str, str]
    pixel_format: str = "yuv420p"
    odd: str = "yuv444p"
    tag: str | None = None
    odd_options: Mapping[str, str] = field(default_factory=dict)
    odd_tag: str | None = None


_X264 = "stitchable=1:cpu-independent=1:chroma-qp-offset=-9"
_X265 = (
    "pools=none:frame-threads=1:bframes=0:open-gop=0:info=0:log-level=error:cbqpoffs=-6:crqpoffs=-6"
)

CODECS = {
    "libx264": Codec("preset", {"bf": "0", "x264-params": _X264}),
    "libx265": Codec("preset", {"x265-params": _X265}, tag="hvc1"),
    "libsvtav1": Codec("preset", {"svtav1-params": "lp=1"}, odd="yuv420p"),
    "libvpx-vp9": Codec(
        "cpu-used",
        {"deadline": "good", "row-mt": "0", "auto-alt-ref": "0", "lag-in-frames": "0"},
        odd="yuv420p",
    ),
    "prores_ks": Codec(
        "profile",
        {"vendor": "apl0"},
        "yuv422p10le",
        "yuv444p10le",
        "apch",
        {"profile": "4444"},
        "ap4h",
    ),
}
"""By the name of FFmpeg's encoder."""


def codec_of(encoding: Encoding) -> Codec:
    """Raises MediaError for an encoder that is not known to join."""
    if encoding.codec not in CODECS:
        known = ", ".join(CODECS)
        raise MediaError(f"there is no encoder {encoding.codec!r} here; choose one of: {known}")
    return CODECS[encoding.codec]


def options(encoding: Encoding, width: int, height: int) -> dict[str, str]:
    """Everything that the encoder is told but the bit rate."""
    codec = codec_of(encoding)
    quality = {} if encoding.crf is None else {"crf": str(encoding.crf)}
    special = {} if _even(width, height) else codec.odd_options
    return {**codec.options, codec.speed: encoding.preset, **quality, **special}


def pixel_format(encoding: Encoding, width: int, height: int) -> str:
    """4:2:0 halves both sides, so an odd side needs another one where a codec cannot round up."""
    codec = codec_of(encoding)
    return codec.pixel_format if _even(width, height) else codec.odd


def tag(encoding: Encoding, width: int, height: int) -> str | None:
    """What the stream is to be called in its container, or None for the usual name."""
    codec = codec_of(encoding)
    return codec.tag if _even(width, height) or codec.odd_tag is None else codec.odd_tag


def _even(width: int, height: int) -> bool:
    return width % 2 == 0 == height % 2
