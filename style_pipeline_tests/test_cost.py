"""Estimates: pixels at a pace."""

import pytest

from style_pipeline.cost import Estimate, Pace


def test_time_is_pixels_at_a_pace() -> None:
    assert Estimate(24, 1000, 500, 100, Pace(1_000_000)).seconds == 12
    assert Estimate(24, 1000, 500, 50, Pace(1_000_000)).seconds == 3


@pytest.mark.parametrize(
    ("frames", "time"), [(1, "1 s"), (240, "59 s"), (2400, "10 min"), (240_000, "16.5 h")]
)
def test_it_is_told_in_words(frames: int, time: str) -> None:
    told = str(Estimate(frames, 640, 360, 100, Pace(930_000, measured=True)))
    assert told.startswith(f"{frames:,} frames of 640x360, about {time} of painting at 0.93 ")
    assert told.endswith("(measured)")


def test_the_price_is_told_where_it_is_known() -> None:
    known = Estimate(36_000, 1000, 1000, 100, Pace(10e6, True, node_hours=0.001, cost=0.0005))
    assert known.numbers == {"seconds": 3600, "node_hours": 3.6, "cost": 1.8}
    assert str(known).endswith("(measured), 3.60 node-hours, 1.80 by the table of prices")
    nodes_alone = Estimate(36_000, 1000, 1000, 100, Pace(10e6, True, node_hours=0.001))
    assert str(nodes_alone).endswith("(measured), 3.60 node-hours")
