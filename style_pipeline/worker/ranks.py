"""The only module that imports mpi4py. Everything else is told plain integers and callables.

MPICH burns a whole core while it waits inside a collective call, so ranks that finished early
would slow down those still painting. :meth:`Ranks.wait_for_all` sleeps instead, and is called
before every collective call that could last.
"""

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from mpi4py import MPI
from numpy.typing import NDArray

_NAP_SECONDS = 0.01


class Counters:
    """Integers that live on rank 0 and that every rank reads and raises in one atomic step.

    May be used from several threads. An operation of another rank waits until rank 0 enters the
    MPI library, which :meth:`Ranks.attend` lets it do while it is busy with other things.
    """

    def __init__(self, window: MPI.Win) -> None:
        self._window = window
        self._lock = threading.Lock()

    def add(self, counter: int, amount: int) -> int:
        """Raise a counter by ``amount`` (0 just reads); returns its value before."""
        increment, before = np.array([amount], np.int64), np.empty(1, np.int64)
        with self._lock:
            self._window.Fetch_and_op(increment, before, 0, counter, MPI.SUM)
            self._window.Flush(0)
        return int(before[0])


class Ranks:
    """This process's place among the processes of one job."""

    def __init__(self) -> None:
        self._world = MPI.COMM_WORLD
        self.rank: int = self._world.Get_rank()
        self.size: int = self._world.Get_size()
        self.host = socket.gethostname()
        on_this_machine = self._world.Split_type(MPI.COMM_TYPE_SHARED)
        self.local_rank: int = on_this_machine.Get_rank()
        self.neighbours: int = on_this_machine.Get_size()
        on_this_machine.Free()

    @contextmanager
    def counters(self, number: int) -> Iterator[Counters]:
        """``number`` counters that start at 0. Entering and leaving are collective."""
        item = MPI.INT64_T.Get_size()
        window = MPI.Win.Allocate(number * item if self.rank == 0 else 0, item, comm=self._world)
        if self.rank == 0:
            window.tomemory()[:] = bytes(number * item)
        self.wait_for_all()
        window.Lock_all()
        yield Counters(window)  # no "finally": after an error the job is aborted, not tidied up
        window.Unlock_all()
        window.Free()

    def union(self, marks: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The element-wise maximum over all ranks. Collective."""
        result = np.empty_like(marks)
        self._world.Allreduce(marks, result, MPI.MAX)
        return result

    def gather(self, content: bytes) -> tuple[bytes, ...]:
        """Every rank's ``content`` in rank order on rank 0, nothing elsewhere. Collective."""
        sizes = np.empty(self.size, np.int64)
        self._world.Allgather(np.array([len(content)], np.int64), sizes)
        received = bytearray(int(sizes.sum()) if self.rank == 0 else 0)
        self._world.Gatherv([content, MPI.BYTE], [received, sizes, MPI.BYTE])
        if self.rank != 0:
            return ()
        ends = [int(end) for end in sizes.cumsum()]
        return tuple(
            bytes(received[start:end]) for start, end in zip([0, *ends], ends, strict=False)
        )

    def wait_for_all(self) -> None:
        """Return when every rank has called this; asleep until then."""
        arrived = self._world.Ibarrier()
        while not arrived.Test():
            time.sleep(_NAP_SECONDS)

    def attend(self) -> None:
        """Let the MPI library serve what other ranks asked of this one; returns at once."""
        self._world.Iprobe()

    def abort(self, code: int) -> None:
        """End every rank of the job now; this call does not return."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._world.Abort(code)
