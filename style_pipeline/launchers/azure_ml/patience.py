"""Asking again after an outage, later each time, but not for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from style_pipeline.errors import ClusterUnavailable
from style_pipeline.launchers.listener import Log

Answer = TypeVar("Answer")

_LONGEST_PAUSE = 60.0


@dataclass(frozen=True)
class Patience:
    """An outage is borne for ``seconds``; ``pause`` is the first time between two questions."""

    seconds: float
    pause: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    log: Log

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """What ``question`` returns, asked until Azure ML can be reached.

        Raises the last ClusterUnavailable where the outage outlasts the patience.
        """
        started, pause = self.clock(), self.pause
        while True:
            try:
                return question()
            except ClusterUnavailable as error:
                if self.clock() - started > self.seconds:
                    raise
                self.log.warning(f"{error}; asking again in {pause:g} s")
            self.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
