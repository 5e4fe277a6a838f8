"""The model's arithmetic: what bounds a node, and what more nodes change."""

from dataclasses import replace

import pytest

from style_pipeline_bench.prices.model import Node, Work, frames_per_second, plan
from style_pipeline_bench.rivals import Timing

WORK = Work(frames=90_000, gigaflops=40, bytes=5e8, core_seconds=0.1)
NODE = Node("n", gpus=1, teraflops=64, gigabytes=320, cores=4, price=2.0, efficiency=0.25)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, 40.0),
        ({"cores": 1000}, 160.0),
        ({"cores": 1000, "gigabytes": 1e6}, 400.0),
    ],
)
def test_the_slowest_part_bounds_a_node(change: dict[str, float], expected: float) -> None:
    assert frames_per_second(WORK, replace(NODE, **change)) == pytest.approx(expected)


def test_more_nodes_are_faster_and_a_little_dearer() -> None:
    one, four = (plan(WORK, NODE, nodes, 0.1, 0.95) for nodes in (1, 4))
    assert one.hours == pytest.approx(0.1 + 90_000 / 40 / 3600)
    assert one.price == pytest.approx(2 * one.hours)
    assert one.hours > four.hours > one.hours / 4
    assert four.price > one.price


def test_a_rivals_time_is_its_start_and_its_frames() -> None:
    assert Timing(4.0, 0.5).seconds(100) == 54.0
    assert Timing(4.0, 0.5).frames_per_second(100) == pytest.approx(100 / 54)
