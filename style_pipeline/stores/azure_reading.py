"""Blobs on their way in: in pieces of one version, proven by the hash that lies beside them."""

import hashlib
import io
from typing import BinaryIO

from azure.storage.blob import BlobClient, BlobProperties, StorageStreamDownloader

from style_pipeline.errors import StoreError
from style_pipeline.store import StoredObject
from style_pipeline.stores.azure_faults import talking

_REQUESTS_AT_ONCE = 4


def new_md5(content: bytes = b"") -> "hashlib._Hash":
    """The hash that Azure keeps; it finds damage, not malice."""
    return hashlib.md5(content, usedforsecurity=False)


def described(key: str, properties: BlobProperties) -> StoredObject:
    """What a blob's properties say; ETags are bare, however the service quoted them."""
    etag = properties.etag.strip('"')
    return StoredObject(key, properties.size, etag, properties.last_modified)


class Incoming:
    """One version of a blob: an overwritten one raises ObjectChanged instead of mixing the two.

    The library pins the ETag of the first piece on all others.
    """

    def __init__(self, key: str, blob: BlobClient) -> None:
        self._key = key
        with talking(key):
            # Never unpacked: size and hash are of what is stored, whatever its encoding.
            self._pieces: StorageStreamDownloader[bytes] = blob.download_blob(
                max_concurrency=_REQUESTS_AT_ONCE, decompress=False
            )
        self._md5 = self._pieces.properties.content_settings.content_md5

    @property
    def described(self) -> StoredObject:
        """Which version this is."""
        return described(self._key, self._pieces.properties)

    def read(self) -> bytes:
        """The whole content."""
        with talking(self._key):
            content = self._pieces.readall()
        self.verify(new_md5(content))
        return content

    def copy_to(self, target: io.BufferedRandom) -> None:
        """Write the whole content into an empty file that can be read too."""
        with talking(self._key):
            self._pieces.readinto(target)
        target.seek(0)
        self.verify(hashlib.file_digest(target, new_md5))

    def stream(self) -> BinaryIO:
        """The content from start to end; damage is known, and raised, only at the end."""
        return io.BufferedReader(_Stream(self._key, self, self._pieces))

    def verify(self, digest: "hashlib._Hash") -> None:
        """Raise StoreError where the content is not what was uploaded.

        Blobs of other programs may carry no hash; these are taken as they are.
        """
        if self._md5 is not None and bytes(self._md5) != digest.digest():
            raise StoreError(
                f"{self._key!r} is damaged: its content does not match its MD5; upload it again"
            )


class _Stream(io.RawIOBase):
    def __init__(
        self, key: str, incoming: Incoming, pieces: StorageStreamDownloader[bytes]
    ) -> None:
        self._key = key
        self._incoming = incoming
        self._pieces = pieces.chunks()
        self._digest = new_md5()
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = memoryview(self._next())
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _next(self) -> bytes:
        with talking(self._key):
            piece = next(self._pieces, b"")
        if not piece:
            self._incoming.verify(self._digest)
        self._digest.update(piece)
        return piece
