"""What can go wrong, to be switched on by a test."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from style_pipeline_tests.azure_ml.web import Reply


@dataclass
class Faults:
    """Faults of the control plane and of the cluster; none by default.

    ``queue_seconds``: how long a job waits for its nodes. ``statuses``: what the next looks at a
    job show instead of the truth. ``instead``: what a job does instead of its command, in this
    process, before it ends as Completed. ``lost``: calls that are obeyed but not answered, once.
    """

    queue_seconds: float = 0.0
    statuses: deque[str] = field(default_factory=deque)
    instead: Callable[[], object] | None = None
    lost: set[str] = field(default_factory=set)
    _replies: dict[str, deque[Reply]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, call: str, status: int | None, times: int = 1) -> None:
        """Answer the next ``times`` calls (``GET jobs/{job}``) by a status; None hangs up."""
        body = {"error": {"code": "Fault", "message": "switched on by a test"}}
        replies = self._replies.setdefault(call, deque())
        replies.extend([Reply(status, body)] * times)

    def reply(self, call: str) -> Reply | None:
        """The fault that is due for this call."""
        with self._lock:
            replies = self._replies.get(call)
            return replies.popleft() if replies else None

    def status(self, truth: str) -> str:
        """What a look at a job shows."""
        with self._lock:
            return self.statuses.popleft() if self.statuses else truth
