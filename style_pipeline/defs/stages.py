"""How long each stage of an asset took, for its metadata."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stages:
    """Seconds by stage, in the order in which the stages began."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the seconds that the block lasts to ``stage``."""
        started = self._clock()
        self._seconds.setdefault(stage, 0.0)
        try:
            yield
        finally:
            self._seconds[stage] += self._clock() - started

    @property
    def seconds(self) -> dict[str, float]:
        """Seconds so far, by stage."""
        return dict(self._seconds)
