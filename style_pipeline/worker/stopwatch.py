"""How long each stage of the line was busy; waiting for a neighbour does not count."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Adds up seconds by stage; stages may run at the same time in threads of their own."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the seconds that the block lasts to ``stage``."""
        started = self._clock()
        try:
            yield
        finally:
            with self._lock:
                self._seconds[stage] += self._clock() - started

    def seconds(self) -> dict[str, float]:
        """Seconds so far by stage, rounded to milliseconds."""
        with self._lock:
            return {stage: round(value, 3) for stage, value in sorted(self._seconds.items())}
