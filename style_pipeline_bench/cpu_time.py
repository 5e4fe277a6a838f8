"""The time that this process's threads have worked: what else the machine does hardly counts."""

import time
from collections.abc import Callable
from statistics import median

ROUNDS = 5


def cpu_ms(work: Callable[[], object], pieces: int) -> float:
    """Milliseconds for each of so many pieces: the median of some rounds, after one to get warm."""
    return 1000 * median([cpu_seconds(work) for _ in range(1 + ROUNDS)][1:]) / pieces


def cpu_seconds(work: Callable[[], object]) -> float:
    """For all of it, once."""
    started = time.process_time()
    work()
    return time.process_time() - started
