"""ETags of local files: by content, so a file copied again unchanged keeps its own.

Hashing a video takes seconds, and a sensor lists it every half minute; so the hash of a larger
file is remembered, in memory and beside the store, for as long as size, times and inode stay.
"""

import contextlib
import hashlib
import os
import threading
import uuid
from pathlib import Path

_SMALL = 64 * 1024
"""Up to this many bytes hashing costs less than remembering, and no change can be missed."""


class ContentTags:
    """The ETags of a folder's files; records of the larger ones are kept in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def of(self, key: str, path: Path) -> tuple[str, os.stat_result]:
        """The ETag of ``path``, stored under ``key``, and the file status it belongs to."""
        status = path.stat(follow_symlinks=False)
        known = self._recall(key, status)
        if known is not None:
            return known, status
        with path.open("rb") as stream:
            tag = hashlib.file_digest(stream, "sha256").hexdigest()
            status = os.fstat(stream.fileno())
        self.remember(key, status, tag)
        return tag, status

    def remember(self, key: str, status: os.stat_result, tag: str) -> None:
        """Note the ETag of a file that was just written or hashed."""
        if status.st_size <= _SMALL:
            return
        fingerprint = _fingerprint(status)
        with self._lock:
            self._known[key] = (fingerprint, tag)
        # A cache that cannot be written only costs time.
        with contextlib.suppress(OSError):
            self._write(self._record(key), f"{fingerprint} {tag}")

    def forget(self, key: str) -> None:
        """Drop what is known of a deleted object."""
        with self._lock:
            self._known.pop(key, None)
        with contextlib.suppress(OSError):
            self._record(key).unlink(missing_ok=True)

    def _recall(self, key: str, status: os.stat_result) -> str | None:
        if status.st_size <= _SMALL:
            return None
        with self._lock:
            known = self._known.get(key) or self._read(self._record(key))
            if known is None or known[0] != _fingerprint(status):
                return None
            self._known[key] = known
        return known[1]

    def _record(self, key: str) -> Path:
        name = hashlib.sha256(os.fsencode(key)).hexdigest()
        return self._folder / name[:2] / name[2:]

    @staticmethod
    def _read(record: Path) -> tuple[str, str] | None:
        try:
            fingerprint, tag = record.read_text("ascii").split(" ")
        except (OSError, ValueError):
            return None
        return fingerprint, tag

    @staticmethod
    def _write(record: Path, content: str) -> None:
        record.parent.mkdir(parents=True, exist_ok=True)
        draft = record.with_name(uuid.uuid4().hex)
        draft.write_text(content, "ascii")
        draft.replace(record)


def _fingerprint(status: os.stat_result) -> str:
    """What a write cannot leave as it was; the change time cannot be set back by ``cp -p``."""
    return f"{status.st_ino}-{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}"
