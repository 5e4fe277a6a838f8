"""What results can be: a few named kinds of file, each of container and codec."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from style_pipeline.errors import ConfigurationError, UnusableVideo
from style_pipeline.job import Encoding


@dataclass(frozen=True)
class OutputPreset:
    """One kind of file; ``container`` is ``mp4``, ``mkv``, ``mov`` or ``webm``.

    ``highest_crf`` is the worst constant quality of its codec, 0 where it has none to choose, and
    ``smallest`` the least width and height, in pixels, that its encoder takes.
    """

    container: str
    encoding: Encoding
    highest_crf: int
    smallest: int = 1

    @property
    def suffix(self) -> str:
        """What its files end with."""
        return f".{self.container}"

    def refuse_tiny(self, width: int, height: int) -> None:
        """Raises UnusableVideo where the encoder takes no pictures of so few pixels."""
        if min(width, height) < self.smallest:
            raise UnusableVideo(
                f"{self.encoding.codec} takes no pictures of {width}x{height}, only from "
                f"{self.smallest}x{self.smallest} on; set STYLE_PIPELINE_OUTPUT={USUAL}"
            )


_H264 = Encoding()
_HEVC = Encoding("libx265", 18, "veryfast")
_AV1 = Encoding("libsvtav1", 10, "8")

PRESETS: Mapping[str, OutputPreset] = {
    "mp4-h264": OutputPreset("mp4", _H264, 51),
    "mkv-h264": OutputPreset("mkv", _H264, 51),
    "mp4-hevc": OutputPreset("mp4", _HEVC, 51, smallest=16),
    "mp4-av1": OutputPreset("mp4", _AV1, 63, smallest=4),
    "webm-av1": OutputPreset("webm", _AV1, 63, smallest=4),
    "webm-vp9": OutputPreset("webm", Encoding("libvpx-vp9", 20, "4"), 63),
    "mov-prores": OutputPreset("mov", Encoding("prores_ks", None, "hq"), 0),
}
"""By name; the first is the usual one."""

USUAL = next(iter(PRESETS))


def choose(name: str, crf: int | None = None, bit_rate: int | None = None) -> OutputPreset:
    """The preset ``name``, at another quality or at a bit rate in bits per second where asked for.

    Raises ConfigurationError, saying what can be chosen.
    """
    if name not in PRESETS:
        raise ConfigurationError(
            f"there is no output {name!r}; STYLE_PIPELINE_OUTPUT is one of: {', '.join(PRESETS)}"
        )
    preset = PRESETS[name]
    if crf is None and bit_rate is None:
        return preset
    _refuse_senseless(name, preset, crf, bit_rate)
    encoding = replace(preset.encoding, bit_rate=bit_rate, crf=crf)
    return replace(preset, encoding=encoding)


def _refuse_senseless(
    name: str, preset: OutputPreset, crf: int | None, bit_rate: int | None
) -> None:
    if not preset.highest_crf:
        raise ConfigurationError(
            f"{name} has one quality: unset STYLE_PIPELINE_CRF and STYLE_PIPELINE_BIT_RATE"
        )
    if crf is not None and bit_rate is not None:
        raise ConfigurationError(
            "STYLE_PIPELINE_CRF and STYLE_PIPELINE_BIT_RATE exclude each other; unset one of them"
        )
    if crf is not None and crf > preset.highest_crf:
        raise ConfigurationError(
            f"STYLE_PIPELINE_CRF={crf} must be at most {preset.highest_crf} for {name}"
        )
