"""Blobs on their way out: as a whole or not at all, with a hash, under the caller's condition."""

import hashlib
import io
import os
import secrets
import time
import uuid
from typing import Any

from azure.core import MatchConditions
from azure.storage.blob import BlobClient, ContentSettings

from style_pipeline.errors import ObjectChanged, ObjectMissing
from style_pipeline.store import StoredObject
from style_pipeline.stores.azure_faults import BlocksLost, talking
from style_pipeline.stores.azure_reading import described, new_md5

_ATTEMPTS = 6
_PAUSE_SECONDS = 0.1
_REQUESTS_AT_ONCE = 4
_MARK = "write"

Content = io.BufferedReader | io.BytesIO


def condition(key: str, if_absent: bool, if_match: str | None) -> dict[str, Any]:
    """How Azure is told the condition of a write."""
    if if_absent and if_match is not None:
        raise ObjectChanged(f"{key!r} cannot be absent and unchanged at once; ask for one")
    if if_match is None:
        return {"overwrite": not if_absent}
    matching = {"etag": f'"{if_match}"', "match_condition": MatchConditions.IfNotModified}
    return {"overwrite": True, **matching}


def put(key: str, blob: BlobClient, stream: Content, wish: dict[str, Any]) -> StoredObject:
    """Upload ``stream``; a larger one in blocks, several at once, that count when all are there."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    settings = ContentSettings(
        content_md5=bytearray(hashlib.file_digest(stream, new_md5).digest()),
    )
    for attempt in range(_ATTEMPTS - 1):
        try:
            return _put_once(key, blob, stream, size, content_settings=settings, **wish)
        except BlocksLost:
            time.sleep(_PAUSE_SECONDS * 2**attempt * (0.5 + secrets.randbelow(1000) / 1000))
    return _put_once(key, blob, stream, size, content_settings=settings, **wish)


def _put_once(
    key: str, blob: BlobClient, stream: Content, size: int, **options: Any
) -> StoredObject:
    stream.seek(0)
    mark = uuid.uuid4().hex
    try:
        with talking(key):
            answer = blob.upload_blob(
                stream,
                length=size,
                metadata={_MARK: mark},
                max_concurrency=_REQUESTS_AT_ONCE,
                validate_content=True,
                **options,
            )
    except ObjectChanged:
        ours = _found(key, blob, mark)
        if ours is None:
            raise
        return ours
    return StoredObject(key, size, answer["etag"].strip('"'), answer["last_modified"])


def _found(key: str, blob: BlobClient, mark: str) -> StoredObject | None:
    """The object, where it is this very write's.

    The answer to a write that succeeded can be lost; sent again, it then fails on itself.
    """
    try:
        with talking(key):
            properties = blob.get_blob_properties()
    except ObjectMissing:
        return None
    return described(key, properties) if properties.metadata.get(_MARK) == mark else None
