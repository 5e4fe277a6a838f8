"""Uploads that shall be painted once more, though nothing about them has changed.

Dagster runs a run key once, for ever. Whoever wants the same content again leaves a mark in the
store: an empty object, named after the upload's key and ETag, with a number that goes into the run
key. Other content under the same key starts from nothing.
"""

import re
from collections.abc import Mapping

from style_pipeline import upload_keys
from style_pipeline.errors import ObjectChanged
from style_pipeline.store import MediaStore

Repeats = Mapping[str, int]
"""How often each upload was asked for again, by its mark."""

_NUMBER = re.compile(r"[0-9]{1,9}")


def repeats(store: MediaStore) -> Repeats:
    """Everything that was asked for again."""
    asked: dict[str, int] = {}
    for found in store.list(upload_keys.AGAIN):
        mark, _, number = found.key.removeprefix(upload_keys.AGAIN).partition("/")
        if _NUMBER.fullmatch(number):
            asked[mark] = max(asked.get(mark, 0), int(number))
    return asked


def ask(store: MediaStore, key: str, etag: str) -> int:
    """Ask for this content under this key once more; the number that this request has."""
    mark = upload_keys.upload_mark(key, etag)
    number = repeats(store).get(mark, 0) + 1
    while True:
        try:
            store.upload(b"", upload_keys.again_key(mark, number), if_absent=True)
        except ObjectChanged:
            number += 1
        else:
            return number
