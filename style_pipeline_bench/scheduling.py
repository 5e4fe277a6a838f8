"""How well 1 to 16 ranks share uneven shards where one rank is slow, beside an even split.

The ranks are real, and so is the shared counter; only the network is a sleep of known length.
Efficiency is the time that the work takes at best, all ranks busy to the end, over what it took.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heapreplace
from pathlib import Path
from random import Random

from style_pipeline.launchers.environment import rank_environment
from style_pipeline.worker.claims import claimed
from style_pipeline_bench.clips import run
from style_pipeline_bench.results import Bars, Table, keep, put

RANKS = (1, 2, 4, 8, 16)
SHARDS_PER_RANK = 60
SLOWNESS = 2.0
"""So much longer the last rank takes for the same shard."""

PLOT = "![Efficiency of 1 to 16 ranks](images/scheduling.svg)"
_FRAME_SECONDS = 0.004
_MOST_FRAMES = 24


def uneven_shards(number: int, seed: int = 6) -> list[float]:
    """Seconds that each shard takes, of 1 to 24 frames, a few of them three times as long."""
    chance = Random(seed)  # noqa: S311 - no secret
    return [
        chance.randint(1, _MOST_FRAMES) * _FRAME_SECONDS * (3 if chance.random() < 0.05 else 1)
        for _ in range(number)
    ]


def slowness(rank: int, size: int) -> float:
    """The last of several ranks is the slow one."""
    return SLOWNESS if size > 1 and rank == size - 1 else 1.0


def efficiency(shards: Sequence[float], size: int, seconds: float) -> float:
    """What the ranks, the slow one included, could do at best, over what they did."""
    speed = sum(1 / slowness(rank, size) for rank in range(size))
    return sum(shards) / speed / seconds


def even_split(shards: Sequence[float], rank: int, size: int) -> Sequence[float]:
    """The reference's: as many for each, one after the other; here the last takes what is left."""
    share = len(shards) // size
    return shards[rank * share : len(shards) if rank == size - 1 else (rank + 1) * share]


class _Count:
    """A counter in one process."""

    def __init__(self) -> None:
        self._taken = 0

    def add(self, counter: int, amount: int) -> int:
        self._taken += amount
        return self._taken - amount


def simulated(shards: Sequence[float], size: int) -> float:
    """Seconds until all are done, in simulated time: :func:`claimed` by ranks without processes."""
    count = _Count()
    ranks = [(0.0, rank, claimed(shards, count, 0)) for rank in range(size)]
    heapify(ranks)
    end = 0.0
    while ranks[0][0] != float("inf"):
        now, rank, shares = ranks[0]
        taken = next(shares, None)
        after = float("inf") if taken is None else now + taken * slowness(rank, size)
        end = end if taken is None else max(end, after)
        heapreplace(ranks, (after, rank, shares))
    return end


@dataclass(frozen=True)
class Efficiency:
    """Of ``ranks`` ranks with a shared counter, and with an even split."""

    ranks: int
    counter: float
    even: float
    simulated: float


def measure_all() -> list[Efficiency]:
    """Every number of ranks, both ways, one after the other."""
    return [_measure(size) for size in RANKS]


def _measure(size: int) -> Efficiency:
    shards = uneven_shards(size * SHARDS_PER_RANK)
    took = {way: _real(way, size) for way in ("counter", "even")}
    return Efficiency(
        ranks=size,
        counter=efficiency(shards, size, took["counter"]),
        even=efficiency(shards, size, took["even"]),
        simulated=efficiency(shards, size, simulated(shards, size)),
    )


def _real(way: str, size: int) -> float:
    mpiexec = str(Path(sys.executable).with_name("mpiexec"))
    program = (sys.executable, "-m", "mpi4py", "-m", "style_pipeline_bench.scheduling", way)
    return float(run(mpiexec, "-n", str(size), *program, env=rank_environment(os.environ, 1, {})))


def _work(way: str) -> None:
    """One rank of :func:`_real`; rank 0 says how long all of them took."""
    from style_pipeline.worker.beat import every
    from style_pipeline.worker.ranks import Ranks

    ranks = Ranks()
    shards = uneven_shards(ranks.size * SHARDS_PER_RANK)
    with ranks.counters(1) as counters, every(0.005, ranks.attend):
        ranks.wait_for_all()
        started = time.perf_counter()
        mine: Iterator[float] = (
            claimed(shards, counters, 0)
            if way == "counter"
            else iter(even_split(shards, ranks.rank, ranks.size))
        )
        for seconds in mine:
            time.sleep(seconds * slowness(ranks.rank, ranks.size))
        ranks.wait_for_all()
        if ranks.rank == 0:
            sys.stdout.write(f"{time.perf_counter() - started}\n")


def publish(found: Sequence[Efficiency], docs: Path) -> None:
    """The table and the plot."""
    rows = [
        (str(e.ranks), f"{e.counter:.1%}", f"{e.even:.1%}", f"{e.simulated:.1%}") for e in found
    ]
    headings = ("ranks", "shared counter", "even split", "shared counter, in simulated time")
    put(docs / "performance.md", "scheduling", [PLOT, Table(headings, rows)])
    values = {f"{e.ranks} ranks, {way}": 100 * share for e in found for way, share in _ways(e)}
    bars = Bars("Efficiency with uneven shards and one slow rank", "%", values)
    (docs / "images" / "scheduling.svg").write_text(bars.svg(), "utf-8")
    keep(docs / "performance.json", "scheduling", [vars(e) for e in found])


def _ways(found: Efficiency) -> Iterator[tuple[str, float]]:
    yield "shared counter", found.counter
    yield "even split", found.even


if __name__ == "__main__":
    _work(sys.argv[1])
