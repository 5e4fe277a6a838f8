"""Uploads that can never be painted, put aside: where they lie, why, and how they come back.

Each lies in a folder of its own, ``quarantine/<name>-<hash of key and ETag>/``, with a
``reason.json``. The reason is written first and removed last, so content without a reason does not
exist; a reason without content tells of a move that was interrupted, and is done again or over.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from style_pipeline import again, key, layout, upload_keys
from style_pipeline.document import Document
from style_pipeline.errors import (
    InvalidKey,
    ManifestError,
    NotInQuarantine,
    ObjectChanged,
    ObjectMissing,
)
from style_pipeline.store import MediaStore, StoredObject

VERSION = 1


@dataclass(frozen=True)
class Quarantined(Document):
    """One upload that was put aside.

    ``upload`` is the key that it had, ``held`` the one that it has; ``when`` is ISO 8601 in UTC;
    ``run_id`` is the Dagster run that met it, None where no run was needed to see.
    """

    upload: str
    etag: str
    size: int
    reason: str
    when: str
    run_id: str | None
    held: str
    version: int = VERSION

    @property
    def prefix(self) -> str:
        """Its folder."""
        return self.held.rpartition("/")[0] + "/"

    @property
    def name(self) -> str:
        """What people call it: the name of its folder, plain letters only."""
        return self.prefix.removeprefix(upload_keys.QUARANTINE).rstrip("/")


def put_aside(
    store: MediaStore, found: StoredObject, reason: str, now: datetime, run_id: str | None = None
) -> Quarantined:
    """Move ``found`` out of the way, whatever its name, with the reason beside it.

    Raises ObjectMissing where it is gone and ObjectChanged where it has been replaced meanwhile;
    what lies there then stays.
    """
    prefix = upload_keys.quarantine_prefix(found.key, found.etag)
    entry = Quarantined(
        upload=found.key,
        etag=found.etag,
        size=found.size,
        reason=reason,
        when=now.isoformat(timespec="seconds"),
        run_id=run_id,
        held=upload_keys.held_key(prefix, found.key),
    )
    reason_key = upload_keys.quarantine_reason_key(prefix)
    store.upload(entry.to_json(), reason_key)
    store.delete(entry.held)  # a copy of this very content, from a move that was interrupted
    try:
        store.move(found, entry.held)
    except (ObjectMissing, ObjectChanged, InvalidKey):
        if not store.exists(entry.held):
            store.delete(reason_key)
        raise
    return entry


def entries(store: MediaStore) -> Iterator[Quarantined]:
    """Everything that was put aside, by name; a reason that cannot be read is left out."""
    listed = list(store.list(upload_keys.QUARANTINE))
    there = {found.key for found in listed}
    for found in listed:
        if not upload_keys.is_quarantine_reason(found.key):
            continue
        with suppress(ManifestError, ObjectMissing):
            entry = Quarantined.from_json(store.read_bytes(found.key))
            if entry.held in there:
                yield entry


def find(store: MediaStore, name: str) -> Quarantined:
    """The latest entry that people call ``name``: its folder, the key it had, or that key's end.

    Raises NotInQuarantine where there is none.
    """
    matching = [entry for entry in entries(store) if _answers(entry, name)]
    if not matching:
        raise NotInQuarantine(
            f"nothing called {name!r} is in quarantine; 'style-pipeline quarantine' lists what is"
        )
    return max(matching, key=lambda entry: entry.when)


def release(store: MediaStore, entry: Quarantined, to: str | None = None) -> StoredObject:
    """Put an upload back where it was, or under the key ``to``, and ask for its run.

    Nothing there is overwritten, and nothing about the upload need have changed. Raises InvalidKey
    where its old name was the fault and ``to`` is not given, or where another upload has taken its
    place.
    """
    target = to or entry.upload
    fault = key.fault(target)
    if fault is not None:
        raise InvalidKey(f"{target!r} cannot be used again: {fault}; name a new key with --to")
    if layout.parse_upload(target) is None:
        raise InvalidKey(f"{target!r} is no upload; name a key like incoming/STYLE/NAME with --to")
    if store.exists(target):
        raise InvalidKey(f"{target!r} is another upload now; name a free key with --to")
    again.ask(store, target, entry.etag)
    back = store.move(store.stat(entry.held), target)
    store.delete(upload_keys.quarantine_reason_key(entry.prefix))
    return back


def _answers(entry: Quarantined, name: str) -> bool:
    named = name.removeprefix(upload_keys.QUARANTINE).rstrip("/")
    return named in (entry.name, entry.upload) or entry.upload.endswith(f"/{named}")
