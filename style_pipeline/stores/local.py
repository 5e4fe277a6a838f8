"""A media store in a local folder: every object an ordinary file that people may look at."""

import hashlib
import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from style_pipeline.errors import InvalidKey, ObjectChanged, ObjectMissing, StoreError
from style_pipeline.key import check_key
from style_pipeline.store import StoredObject
from style_pipeline.stores.contents import ContentTags
from style_pipeline.stores.posix import reading, writing
from style_pipeline.stores.staging import Staging, settle, settle_folder

_CHUNK = 1 << 20


class LocalStore:
    """A :class:`~style_pipeline.store.MediaStore` under ``root``.

    Keys are paths below the root. Hidden names (a leading dot) are ours and are not listed;
    symbolic links are neither listed nor followed, so no key leads out of the root.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._staging = Staging(self._root / ".staging")
        self._tags = ContentTags(self._root / ".etags")

    @property
    def url(self) -> str:
        """``file://`` and the absolute path of the folder."""
        return self._root.as_uri()

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Objects whose key starts with ``prefix``, in key order; a missing folder is empty."""
        folder = prefix.rpartition("/")[0]
        base = self._path(folder) if folder else self._root
        for key, path in _files(base, f"{folder}/" if folder else ""):
            if key.startswith(prefix):
                yield from self._listed(key, path)

    def stat(self, key: str) -> StoredObject:
        """Size, ETag and time of one object."""
        return self._describe(key, self._path(key))

    def exists(self, key: str) -> bool:
        """Whether an object lies under ``key``."""
        return self._path(key).is_file()

    def open_read(self, key: str) -> BinaryIO:
        """A binary stream over one object; the caller closes it."""
        with reading(key):
            return self._path(key).open("rb")

    def read_bytes(self, key: str) -> bytes:
        """The whole content of a small object."""
        with reading(key):
            return self._path(key).read_bytes()

    def download(self, key: str, path: Path) -> StoredObject:
        """Copy one object to ``path`` (atomically) and say which version it was."""
        draft = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            with self.open_read(key) as source, writing(str(path)):
                status = os.fstat(source.fileno())
                with draft.open("wb") as target:
                    tag, size = _copy(source, target)
                draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return StoredObject(key, size, tag, _utc(status))

    def upload(
        self,
        source: Path | bytes,
        key: str,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> StoredObject:
        """Put a file or bytes under ``key`` as a whole.

        The content is on the disk before the name is; a crash leaves the old object or the new.
        """
        path = self._path(key)
        with writing(key), self._staging.file() as (stream, draft):
            tag = _fill(stream, source)
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._staging.exclusive():
                self._check(key, path, if_absent=if_absent, if_match=if_match)
                draft.replace(path)
            settle_folder(path.parent)
            status = os.fstat(stream.fileno())
        self._tags.remember(key, status, tag)
        return StoredObject(key, status.st_size, tag, _utc(status))

    def delete(self, key: str) -> None:
        """Remove one object; an absent one is no error."""
        path = self._path(key)
        with writing(key):
            path.unlink(missing_ok=True)
        self._tags.forget(key)

    def move(self, found: StoredObject, key: str) -> StoredObject:
        """Give an object, as it was listed, the name ``key``; how it is now."""
        source, target = self._listed_path(found.key), self._path(key)
        with writing(key), self._staging.exclusive():
            self._check(key, target, if_absent=True, if_match=None)
            before = self._unchanged(found, source)
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
            status = target.stat()
            if not os.path.samestat(before, status) or before.st_mtime_ns != status.st_mtime_ns:
                os.link(target, source)  # somebody has just replaced it: back to its own name
                target.unlink()
                raise ObjectChanged(f"{found.key!r} has changed since it was listed")
            settle_folder(target.parent)
            settle_folder(source.parent)
        self._tags.forget(found.key)
        self._tags.remember(key, status, found.etag)
        return StoredObject(key, status.st_size, found.etag, _utc(status))

    def _unchanged(self, found: StoredObject, path: Path) -> os.stat_result:
        with reading(found.key):
            tag, status = self._tags.of(found.key, path)
        if tag != found.etag:
            raise ObjectChanged(f"{found.key!r} has changed since it was listed; list it again")
        return status

    def _listed_path(self, name: str) -> Path:
        """Where an object lies whose name may be no key, but leads nowhere else either."""
        path = self._root / name
        parts = name.split("/")
        if any(part.startswith(".") or not part for part in parts) or path.resolve() != path:
            raise InvalidKey(f"{name!r} does not lie in the store")
        return path

    def _check(self, key: str, path: Path, *, if_absent: bool, if_match: str | None) -> None:
        """The condition of a write, under the lock that all writers take."""
        if if_absent and path.exists():
            raise ObjectChanged(f"{key!r} is there already; it was left as it is")
        if if_match is not None and not (path.exists() and self.stat(key).etag == if_match):
            raise ObjectChanged(f"{key!r} has changed since it was read; read it again")

    def _listed(self, key: str, path: Path) -> Iterator[StoredObject]:
        """The object, nothing where it was just deleted; an unreadable one does not stop a list."""
        try:
            yield self._describe(key, path)
        except ObjectMissing:
            return
        except StoreError:
            status = path.stat(follow_symlinks=False)
            yield StoredObject(key, status.st_size, "unreadable", _utc(status))

    def _describe(self, key: str, path: Path) -> StoredObject:
        with reading(key):
            tag, status = self._tags.of(key, path)
        return StoredObject(key, status.st_size, tag, _utc(status))

    def _path(self, key: str) -> Path:
        path = self._root / check_key(key)
        if path.resolve() != path:
            raise InvalidKey(f"{key!r} leads through a symbolic link; put the file itself there")
        return path


def _files(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    """Regular files below ``folder`` with their keys, in key order."""
    try:
        with reading(prefix):
            entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    except ObjectMissing:
        return
    folders = {e.name for e in entries if e.is_dir(follow_symlinks=False)}
    # A folder's files sort by "name/": this makes the walk's order the keys' order.
    for entry in sorted(entries, key=lambda e: e.name + "/" * (e.name in folders)):
        if entry.name in folders:
            yield from _files(Path(entry.path), f"{prefix}{entry.name}/")
        elif entry.is_file(follow_symlinks=False):
            yield prefix + entry.name, Path(entry.path)


def _fill(stream: BinaryIO, source: Path | bytes) -> str:
    """Write ``source`` down to the disk; its sha256."""
    if isinstance(source, bytes):
        stream.write(source)
        tag = hashlib.sha256(source).hexdigest()
    else:
        with source.open("rb") as content:
            tag, _ = _copy(content, stream)
    settle(stream)
    return tag


def _copy(source: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    """The sha256 and the number of the bytes copied."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        size += target.write(chunk)
    return digest.hexdigest(), size


def _utc(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, UTC)
