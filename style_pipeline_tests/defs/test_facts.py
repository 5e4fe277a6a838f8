"""Which frames are shown, and how numbers are told."""

from fractions import Fraction

import dagster as dg
import pytest

from style_pipeline.defs import facts
from style_pipeline.defs.stages import Stages
from style_pipeline.manifest import AudioManifest, FrameManifest, FrameShard
from style_pipeline.media.stills import chosen_frames
from style_pipeline_tests.sources import video_format


@pytest.mark.parametrize(
    ("count", "chosen"), [(1, (0,)), (2, (0, 1)), (4, (0, 1, 2, 3)), (100, (12, 37, 62, 87))]
)
def test_the_chosen_frames_are_spread_evenly(count: int, chosen: tuple[int, ...]) -> None:
    assert chosen_frames(count, 4) == chosen


@pytest.mark.parametrize(
    ("pts", "told"),
    [
        ((0, 1001, 2002, 3003), "30000/1001 (29.97 per second)"),
        ((0, 3003, 4004), "30000/1001 (29.97 per second, variable)"),
        ((5,), "30000/1001 (29.97 per second)"),
    ],
)
def test_a_frame_rate_is_told_as_fraction_and_number(pts: tuple[int, ...], told: str) -> None:
    picture = video_format(frame_rate=Fraction(30000, 1001), time_base=Fraction(1, 30000))
    shard = FrameShard(0, 0, len(pts), "key", "0" * 64, 1)
    manifest = FrameManifest("0" * 64, "digest", picture, pts, 1001, (shard,))
    assert facts._rate(manifest) == told


def test_no_sound_is_told_in_words() -> None:
    silent = AudioManifest("0" * 64, "digest", (), None, None, 0)
    table = facts._table(facts._audio_rows(silent))
    assert isinstance(table, dg.TableMetadataValue)
    assert table.records == []


def test_stages_add_up_in_their_order() -> None:
    clock = iter([0.0, 1.5, 2.0, 2.25, 10.0, 11.0])
    stages = Stages(lambda: next(clock))
    for stage in ("decode", "store", "decode"):
        with stages(stage):
            pass
    assert stages.seconds == {"decode": 2.5, "store": 0.25}
    assert list(facts.stage_facts(stages.seconds)) == ["seconds_decode", "seconds_store"]
