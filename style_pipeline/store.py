"""The contract of a media store: whole objects under keys, with conditional writes.

Implementations live in :mod:`style_pipeline.stores`; one behaviour suite holds for all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True)
class StoredObject:
    """What a store knows about one object without reading it.

    ``etag`` changes whenever the content does; ``modified`` is timezone-aware UTC.
    """

    key: str
    size: int
    etag: str
    modified: datetime


class MediaStore(Protocol):
    """Whole objects under ``/``-separated keys.

    Every write is atomic: readers see the old object or the new one, never a part. Keys are
    relative, without empty, ``.`` or ``..`` segments; others raise
    :class:`~style_pipeline.errors.InvalidKey`. Reading an absent key raises
    :class:`~style_pipeline.errors.ObjectMissing`; a lost condition raises
    :class:`~style_pipeline.errors.ObjectChanged`; anything else the back end reports raises
    :class:`~style_pipeline.errors.StoreError`.
    """

    @property
    def url(self) -> str:
        """What :func:`style_pipeline.stores.open_store` opens this store from; no secret."""
        ...

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Objects whose key starts with ``prefix``, in key order, never one half-written."""
        ...

    def stat(self, key: str) -> StoredObject:
        """Size, ETag and time of one object."""
        ...

    def exists(self, key: str) -> bool:
        """Whether an object lies under ``key``."""
        ...

    def open_read(self, key: str) -> BinaryIO:
        """A binary stream over one object; the caller closes it."""
        ...

    def read_bytes(self, key: str) -> bytes:
        """The whole content of a small object (manifests, sidecars, cards)."""
        ...

    def download(self, key: str, path: Path) -> StoredObject:
        """Write one object to ``path`` (atomically) and say which version it was."""
        ...

    def upload(
        self,
        source: Path | bytes,
        key: str,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> StoredObject:
        """Put a file or bytes under ``key`` as a whole.

        ``if_absent`` writes only where nothing lies yet; ``if_match`` only over that ETag.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove one object; an absent one is no error."""
        ...
