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
from style_pipeline.worker.rate import Scale


@dataclass(frozen=True)
class Codec:
    """One encoder's fixed ``options``; ``speed`` is its name for them.

    ``pixel_format`` is for even sides; ``odd`` for others, where halving a side would change it.
    ``tag`` is what players want a stream to be called; ``odd_options`` and ``odd_tag`` are those of
    the other pixel format. ``scale`` is None where there is one quality, and so no bit rate to ask
    for; ``finely`` is the option that takes fractions of a quality, where ``crf`` takes whole ones.
    """

    speed: str
    options: Mapping[str, str]
    scale: Scale | None
    pixel_format: str = "yuv420p"
    odd: str = "yuv444p"
    tag: str | None = None
    odd_options: Mapping[str, str] = field(default_factory=dict)
    odd_tag: str | None = None
    finely: str | None = None


_X264 = "stitchable=1:cpu-independent=1:chroma-qp-offset=-9"
_X265 = (
    "pools=none:frame-threads=1:bframes=0:open-gop=0:info=0:log-level=error:cbqpoffs=-6:crqpoffs=-6"
)

CODECS = {
    "libx264": Codec(
        "preset",
        {"bf": "0", "x264-params": _X264},
        Scale(finest=1, coarsest=51, step=0.125, one_bit=19.25, fall=0.155),
    ),
    "libx265": Codec(
        "preset",
        {"x265-params": _X265},
        Scale(finest=1, coarsest=51, step=0.125, one_bit=21, fall=0.14),
        tag="hvc1",
    ),
    "libsvtav1": Codec(
        "preset",
        {"svtav1-params": "lp=1"},
        Scale(finest=1, coarsest=70, step=0.25, one_bit=20, fall=0.07),
        odd="yuv420p",
        finely="svtav1-params",
    ),
    "libvpx-vp9": Codec(
        "cpu-used",
        {"deadline": "good", "row-mt": "0", "auto-alt-ref": "0", "lag-in-frames": "0"},
        Scale(finest=1, coarsest=63, step=1, one_bit=26, fall=0.075),
        odd="yuv420p",
    ),
    "prores_ks": Codec(
        "profile",
        {"vendor": "apl0"},
        None,
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


def options(encoding: Encoding, quality: float | None, width: int, height: int) -> dict[str, str]:
    """Everything that the encoder is told; ``quality`` is None where a codec has only one."""
    codec = codec_of(encoding)
    special = {} if _even(width, height) else codec.odd_options
    constant = {} if quality is None else _constant(codec, encoding, quality)
    return {**codec.options, codec.speed: encoding.preset, **constant, **special}


def _constant(codec: Codec, encoding: Encoding, quality: float) -> dict[str, str]:
    if codec.finely is None or encoding.crf is not None:
        return {"crf": f"{quality:g}"}
    return {codec.finely: f"{codec.options[codec.finely]}:crf={quality:g}"}


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
