"""How the threads of a rank are scheduled: as anybody's.

Run as root, SVT-AV1 makes its own threads and the one that opens it real-time ones, before which
nothing else on the machine has its turn, not even what the rank waits for.
"""

import os
from contextlib import suppress
from pathlib import Path

_THREADS = Path("/proc/self/task")


def make_ordinary() -> None:
    """Take real-time scheduling from every thread of this process that has it (Linux)."""
    for thread in (int(path.name) for path in _THREADS.glob("*")):
        with suppress(ProcessLookupError):  # it has ended since
            if os.sched_getscheduler(thread) == os.SCHED_FIFO:
                os.sched_setscheduler(thread, os.SCHED_OTHER, os.sched_param(0))
