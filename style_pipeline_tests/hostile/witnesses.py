"""Who would notice an escape: a server that must not be called, a file that must not be opened."""

import ctypes
import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_IN_OPEN = 0x20


class Canary:
    """A loopback server that counts its visitors, and answers none."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.visitors = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                visitor, _ = self._server.accept()
            except OSError:
                return
            self.visitors += 1
            visitor.close()

    def close(self) -> None:
        self._server.close()


@contextmanager
def canary() -> Iterator[Canary]:
    """One for as long as the block lasts."""
    bird = Canary()
    try:
        yield bird
    finally:
        bird.close()


class Guard:
    """Counts how often a file was opened, by anybody; the kernel tells it."""

    def __init__(self, path: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._watch = self._libc.inotify_init1(os.O_NONBLOCK)
        if self._libc.inotify_add_watch(self._watch, os.fsencode(path), _IN_OPEN) < 0:
            raise OSError(ctypes.get_errno(), f"{path} cannot be watched")

    @property
    def opened(self) -> int:
        """How often since this was asked the last time."""
        try:
            return len(os.read(self._watch, 1 << 16)) // struct.calcsize("iIII")
        except BlockingIOError:
            return 0

    def close(self) -> None:
        os.close(self._watch)
