"""Who paints which shard: whoever is free takes the next one."""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

Shard = TypeVar("Shard")


class SharedCounter(Protocol):
    """What :class:`style_pipeline.worker.ranks.Counters` is, to those who only count."""

    def add(self, counter: int, amount: int) -> int:
        """Raise a counter; returns its value before."""
        ...


def claimed(shards: Sequence[Shard], counters: SharedCounter, counter: int) -> Iterator[Shard]:
    """The shards that this rank gets, until all are taken by one rank or another."""
    while (taken := counters.add(counter, 1)) < len(shards):
        yield shards[taken]
