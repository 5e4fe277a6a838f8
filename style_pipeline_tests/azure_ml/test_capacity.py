"""A cluster's nodes are counted, waited for, and given back when nobody needs them."""

from dataclasses import dataclass

import pytest

from style_pipeline_tests.azure_ml.capacity import Capacity


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_no_job_gets_nodes_that_another_one_has(clock: Clock) -> None:
    cluster = Capacity(3, 60, clock)
    assert cluster.claim("a", 2)
    assert not cluster.claim("b", 2)
    cluster.release("a")
    assert cluster.claim("b", 2)
    assert cluster.count() == (2, 0)


def test_idle_nodes_are_taken_before_new_ones_and_given_back_in_time(clock: Clock) -> None:
    cluster = Capacity(4, 60, clock)
    cluster.claim("a", 3)
    cluster.release("a")
    assert cluster.count() == (0, 3)
    clock.now = 59
    cluster.claim("b", 2)
    assert cluster.count() == (2, 1)
    clock.now = 60
    assert cluster.count() == (2, 0)
    cluster.release("b")
    clock.now = 119
    assert cluster.count() == (0, 2)
    clock.now = 120
    assert cluster.count() == (0, 0)
