"""How fast a job goes and how long it will take: arithmetic only."""

from collections import deque

from style_pipeline.job import Progress

_WINDOW_SECONDS = 30.0


class Pace:
    """Turns counts of painted frames and the times they were read into :class:`Progress`.

    The speed is measured over the last half minute, from the last look that found no frame painted
    yet, so that loading the network does not spoil it. ``frames_reused`` were finished before this
    job, which began at ``started``.
    """

    def __init__(
        self, frames_total: int, frames_reused: int, started: float, unit: str = "frames"
    ) -> None:
        self._total = frames_total
        self._reused = frames_reused
        self._unit = unit
        self._seen = deque([(started, 0)])

    def at(self, now: float, painted: int) -> Progress:
        """Progress at ``now`` (seconds on any clock), with ``painted`` frames over all ranks."""
        if not painted:
            self._seen.clear()
        self._seen.append((now, painted))
        while len(self._seen) > 2 and self._seen[1][0] < now - _WINDOW_SECONDS:
            self._seen.popleft()
        done = self._reused + painted
        speed = self._speed()
        eta = (self._total - done) / speed if speed else None
        return Progress(done, self._total, round(speed, 3), eta, self._unit)

    def _speed(self) -> float:
        (since, before), (now, painted) = self._seen[0], self._seen[-1]
        return (painted - before) / (now - since) if now > since else 0.0
