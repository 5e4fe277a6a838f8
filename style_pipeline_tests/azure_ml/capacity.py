"""The nodes of one cluster: no more than it may have, and none once they have been idle."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Capacity:
    """``most`` nodes at a time; a node is given back ``idle_seconds`` after its last job.

    ``clock`` is in seconds.
    """

    most: int
    idle_seconds: float
    clock: Callable[[], float]
    _busy: dict[str, int] = field(default_factory=dict)
    _idle: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, job: str, nodes: int) -> bool:
        """Whether ``job`` has got its nodes: idle ones first, new ones while there may be more."""
        with self._lock:
            self._scale_down()
            if sum(self._busy.values()) + nodes > self.most:
                return False
            self._busy[job] = nodes
            del self._idle[:nodes]
            return True

    def release(self, job: str) -> None:
        """The job has ended; its nodes wait for another one."""
        with self._lock:
            self._idle += [self.clock()] * self._busy.pop(job, 0)

    def count(self) -> tuple[int, int]:
        """Nodes at work, and nodes that idle; all of them are paid for."""
        with self._lock:
            self._scale_down()
            return sum(self._busy.values()), len(self._idle)

    def _scale_down(self) -> None:
        now = self.clock()
        self._idle = [since for since in self._idle if now - since < self.idle_seconds]
