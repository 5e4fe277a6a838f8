"""Files that are not objects yet: written aside, complete and on disk before they get a name."""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_LOCK = "lock"


class Staging:
    """A hidden folder on the store's own file system, so that a rename out of it is atomic.

    Each file in it is locked by its writer. What a killed writer left behind is therefore
    recognised by its free lock, and removed by the next process that writes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._swept = False

    @contextmanager
    def file(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A new empty file, open for writing, and its path; gone after the block in any case."""
        path = self._folder / uuid.uuid4().hex
        with self.exclusive():
            self._sweep_once()
            stream = path.open("xb")
            fcntl.flock(stream, fcntl.LOCK_EX)
        try:
            with stream:
                yield stream, path
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Holds off every other writer of this store, in this process and in others."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _LOCK).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _sweep_once(self) -> None:
        if self._swept:
            return
        self._swept = True
        for path in self._folder.iterdir():
            if path.name != _LOCK and _abandoned(path):
                path.unlink(missing_ok=True)


def _abandoned(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def settle(stream: BinaryIO) -> None:
    """Flush ``stream`` down to the disk, so that a rename can never outlive its content."""
    stream.flush()
    os.fsync(stream.fileno())


def settle_folder(folder: Path) -> None:
    """Flush the names in ``folder`` down to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
