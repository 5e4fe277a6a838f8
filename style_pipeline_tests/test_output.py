"""Presets of results: each knows its codec's qualities."""

import pytest

from style_pipeline.errors import ConfigurationError, UnusableVideo
from style_pipeline.media.containers import CONTAINERS
from style_pipeline.output import PRESETS, USUAL, choose
from style_pipeline.worker.codecs import CODECS


def test_every_preset_has_a_container_and_a_codec() -> None:
    assert USUAL == "mp4-h264"
    for name, preset in PRESETS.items():
        assert name.startswith(preset.container)
        assert CONTAINERS[preset.container].suffix == preset.suffix
        assert preset.encoding.codec in CODECS


def test_a_quality_or_a_bit_rate_replaces_the_presets_own() -> None:
    assert choose("mp4-h264").encoding.crf == 16
    assert choose("webm-vp9", crf=60).encoding.crf == 60
    slow = choose("mp4-hevc", bit_rate=2_000_000).encoding
    assert (slow.crf, slow.bit_rate) == (None, 2_000_000)


@pytest.mark.parametrize(
    ("name", "crf", "bit_rate", "told"),
    [
        ("gif", None, None, "STYLE_PIPELINE_OUTPUT"),
        ("mp4-h264", 52, None, "51"),
        ("mp4-h264", 20, 1_000_000, "exclude"),
        ("mov-prores", 20, None, "one quality"),
    ],
)
def test_what_makes_no_sense_is_refused(
    name: str, crf: int | None, bit_rate: int | None, told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told):
        choose(name, crf, bit_rate)


def test_pictures_too_small_for_an_encoder_are_refused() -> None:
    choose("mp4-h264").refuse_tiny(1, 1)
    choose("mp4-hevc").refuse_tiny(16, 16)
    with pytest.raises(UnusableVideo, match=r"libx265 .* 640x15, only from 16x16 on; .*=mp4-h264"):
        choose("mp4-hevc").refuse_tiny(640, 15)
