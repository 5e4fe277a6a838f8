"""The contract of a media store: whole objects under keys, with conditional writes.

Implementations live in :mod:`style_pipeline.stores`; one behaviour suite holds for all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from style_pipeline.errors import ConfigurationError


@dataclass(frozen=True)
class StoredObject:
    """What a store knows about one object without reading it.

    ``etag`` changes whenever the content does, and may change when it is written again unchanged;
    ``modified`` is timezone-aware UTC.
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
    :class:`~style_pipeline.errors.ObjectMissing`; a lost condition, or an object overwritten while
    it is read, raises :class:`~style_pipeline.errors.ObjectChanged`; anything else the back end
    reports raises :class:`~style_pipeline.errors.StoreError`.
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
        """A binary stream over one object, from start to end; the caller closes it."""
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

    def move(self, found: StoredObject, key: str) -> StoredObject:
        """Give an object, as it was listed or described, the name ``key``; how it is now.

        Its old name may be one that no key can have. Raises ObjectMissing where it is gone, and
        ObjectChanged where it is not the version ``found`` any more or something lies under ``key``
        already; nothing is lost then.
        """
        ...


def without_secrets(url: str) -> str:
    """``url`` itself: a store's URL is shown, logged and handed on, so no secret may lie in it.

    Raises ConfigurationError, without quoting it, where one could.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ConfigurationError("the store's URL cannot be read; check its host") from None
    if parts.query or parts.fragment or "@" in parts.netloc:
        raise ConfigurationError(
            "the store's URL holds a query, a fragment or a user: leave it off, and put a shared "
            "access signature into STYLE_PIPELINE_STORE_SAS"
        )
    return url
