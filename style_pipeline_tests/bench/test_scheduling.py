"""Ranks that take the next shard stay busy to the end; an even split does not."""

import pytest

from style_pipeline.worker.claims import claimed
from style_pipeline_bench import scheduling


class Counter:
    def __init__(self) -> None:
        self.value = 0

    def add(self, counter: int, amount: int) -> int:
        self.value += amount
        return self.value - amount


def test_every_shard_is_claimed_once() -> None:
    counter, shards = Counter(), list("abcdefg")
    ranks = [claimed(shards, counter, 0) for _ in range(3)]
    taken = []
    while len(taken) < len(shards):
        taken += [shard for rank in ranks if (shard := next(rank, None))]
    assert sorted(taken) == shards
    assert all(next(rank, None) is None for rank in ranks)


@pytest.mark.parametrize("size", scheduling.RANKS)
def test_uneven_shards_and_a_slow_rank_cost_little(size: int) -> None:
    shards = scheduling.uneven_shards(size * scheduling.SHARDS_PER_RANK)
    seconds = scheduling.simulated(shards, size)
    assert scheduling.efficiency(shards, size, seconds) >= 0.95


@pytest.mark.parametrize("size", [2, 4, 16])
def test_an_even_split_waits_for_the_slow_rank(size: int) -> None:
    shards = scheduling.uneven_shards(size * scheduling.SHARDS_PER_RANK)
    slowest = max(
        sum(scheduling.even_split(shards, rank, size)) * scheduling.slowness(rank, size)
        for rank in range(size)
    )
    assert scheduling.efficiency(shards, size, slowest) < 0.8


def test_one_rank_is_busy_all_the_time() -> None:
    assert scheduling.simulated([1.0, 2.0, 3.0], 1) == 6.0
