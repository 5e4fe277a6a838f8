"""Shards that could not be given the size of their bit rate, and what is said about them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Missed:
    """The shard number ``shard`` takes ``times`` as many bytes as its bit rate leaves it."""

    shard: int
    times: float


def notes(missed: Sequence[Missed]) -> tuple[str, ...]:
    """A sentence about those that are too small, and one about those that are too large."""
    small = [one for one in missed if one.times < 1]
    large = [one for one in missed if one.times > 1]
    return (*_note(small, "less", "finer"), *_note(large, "more", "coarser"))


def _note(missed: Sequence[Missed], than: str, other: str) -> tuple[str, ...]:
    if not missed:
        return ()
    furthest = max(missed, key=lambda one: max(one.times, 1 / one.times))
    shards = "1 shard takes" if len(missed) == 1 else f"{len(missed)} shards take"
    return (
        f"{shards} {than} than the bit rate, and no {other} quality comes nearer to it: "
        f"the furthest, number {furthest.shard}, {furthest.times:.2g} times as much",
    )
