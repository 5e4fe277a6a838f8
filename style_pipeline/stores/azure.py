"""A media store in a container of Azure Blob Storage."""

import io
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Self

from azure.storage.blob import BlobClient, ContainerClient

from style_pipeline.errors import InvalidKey, ObjectMissing
from style_pipeline.key import MAX_KEY_CHARACTERS, check_key
from style_pipeline.store import StoredObject
from style_pipeline.stores.azure_client import connect
from style_pipeline.stores.azure_faults import talking
from style_pipeline.stores.azure_listing import objects
from style_pipeline.stores.azure_location import AzureLocation
from style_pipeline.stores.azure_moving import move
from style_pipeline.stores.azure_reading import Incoming, described
from style_pipeline.stores.azure_secrets import guard_logs
from style_pipeline.stores.azure_writing import Content, condition, put
from style_pipeline.stores.posix import writing
from style_pipeline.stores.staging import settle

_MAX_SEGMENTS = 254


class AzureStore:
    """A :class:`~style_pipeline.store.MediaStore` below a location's prefix.

    The container must exist. Names that no key can have are listed, so that people learn of them,
    but hidden ones and the markers that other programs make for folders are not.
    """

    def __init__(self, container: ContainerClient, location: AzureLocation) -> None:
        self._container = container
        self._location = location

    @classmethod
    def open(cls, url: str, environ: Mapping[str, str]) -> Self:
        """The store at ``url``, with the credentials in ``environ``; no request is sent yet."""
        location = AzureLocation.parse(url)
        guard_logs()
        return cls(connect(location, environ), location)

    @property
    def url(self) -> str:
        """The container's address and the prefix, without credentials."""
        return self._location.url

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Objects whose key starts with ``prefix``, in key order."""
        yield from objects(self._container, self._location.prefix, prefix)

    def stat(self, key: str) -> StoredObject:
        """Size, ETag and time of one object."""
        blob = self._blob(key)
        with talking(key):
            return described(key, blob.get_blob_properties())

    def exists(self, key: str) -> bool:
        """Whether an object lies under ``key``."""
        try:
            self.stat(key)
        except ObjectMissing:
            return False
        return True

    def open_read(self, key: str) -> BinaryIO:
        """A binary stream over one object; the caller closes it."""
        return Incoming(key, self._blob(key)).stream()

    def read_bytes(self, key: str) -> bytes:
        """The whole content of a small object."""
        return Incoming(key, self._blob(key)).read()

    def download(self, key: str, path: Path) -> StoredObject:
        """Copy one object to ``path`` (atomically) and say which version it was."""
        incoming = Incoming(key, self._blob(key))
        draft = path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            with writing(str(path)):
                with draft.open("x+b") as target:
                    incoming.copy_to(target)
                    settle(target)
                draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return incoming.described

    def upload(
        self,
        source: Path | bytes,
        key: str,
        *,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> StoredObject:
        """Put a file or bytes under ``key`` as a whole."""
        blob = self._blob(key)
        wish = condition(key, if_absent, if_match)
        with writing(key), _opened(source) as stream:
            return put(key, blob, stream, wish)

    def delete(self, key: str) -> None:
        """Remove one object with its snapshots; an absent one is no error."""
        blob = self._blob(key)
        try:
            with talking(key):
                blob.delete_blob(delete_snapshots="include")
        except ObjectMissing:
            return

    def move(self, found: StoredObject, key: str) -> StoredObject:
        """Give an object, as it was listed, the name ``key``; how it is now."""
        source = self._container.get_blob_client(self._location.prefix + found.key)
        move(found.key, found.etag, source, self._blob(key))
        return self.stat(key)

    def _blob(self, key: str) -> BlobClient:
        name = self._location.prefix + check_key(key)
        if len(name) > MAX_KEY_CHARACTERS or name.count("/") >= _MAX_SEGMENTS:
            raise InvalidKey(f"{key!r} cannot be stored: Azure's names are shorter; rename it")
        return self._container.get_blob_client(name)


def _opened(source: Path | bytes) -> Content:
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
