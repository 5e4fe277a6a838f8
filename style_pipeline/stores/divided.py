"""Two stores that look like one: what styles were learnt as lies in another than the media.

A checkpoint decides what is computed, and no uploader may be able to change it; see decision 17.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from style_pipeline import layout
from style_pipeline.store import MediaStore, StoredObject


@dataclass(frozen=True)
class DividedStore:
    """``media``, but for the keys of learnt styles, which are ``operations``'.

    What lies under such a key in the media is not seen. See
    :class:`~style_pipeline.store.MediaStore`; its URL is that of the media.
    """

    media: MediaStore
    operations: MediaStore

    @property
    def url(self) -> str:
        return self.media.url

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        brought = (found for found in self.media.list(prefix) if not layout.is_learnt(found.key))
        if not (prefix.startswith(layout.STYLES) or layout.STYLES.startswith(prefix)):
            return brought
        below = max(prefix, layout.STYLES, key=len)
        learnt = (found for found in self.operations.list(below) if layout.is_learnt(found.key))
        return heapq.merge(brought, learnt, key=lambda found: found.key)

    def stat(self, key: str) -> StoredObject:
        return self._home(key).stat(key)

    def exists(self, key: str) -> bool:
        return self._home(key).exists(key)

    def open_read(self, key: str) -> BinaryIO:
        return self._home(key).open_read(key)

    def read_bytes(self, key: str) -> bytes:
        return self._home(key).read_bytes(key)

    def download(self, key: str, path: Path) -> StoredObject:
        return self._home(key).download(key, path)

    def upload(
        self,
        source: Path | bytes,
        key: str,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> StoredObject:
        return self._home(key).upload(source, key, if_absent=if_absent, if_match=if_match)

    def delete(self, key: str) -> None:
        self._home(key).delete(key)

    def move(self, found: StoredObject, key: str) -> StoredObject:
        return self._home(found.key).move(found, key)

    def _home(self, key: str) -> MediaStore:
        return self.operations if layout.is_learnt(key) else self.media
