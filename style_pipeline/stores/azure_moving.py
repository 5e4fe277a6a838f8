"""A blob gets another name within its container, inside the service; never over another blob.

A copy, and then a removal on the condition that the blob is still the one that was copied: what
somebody uploads in between stays where it is.
"""

import time

from azure.core import MatchConditions
from azure.core.credentials import AzureSasCredential
from azure.storage.blob import BlobClient

from style_pipeline.errors import StoreError
from style_pipeline.stores.azure_faults import talking

_PATIENCE_SECONDS = 30
_PAUSE_SECONDS = 0.5


def move(key: str, etag: str, source: BlobClient, target: BlobClient) -> None:
    """Raises ObjectChanged where the blob is not the version ``etag`` any more, or something lies
    at the target already; StoreError where the service takes too long over it.
    """
    quoted, unchanged = f'"{etag}"', MatchConditions.IfNotModified
    with talking(key):
        begun = target.start_copy_from_url(
            _address(source),
            source_etag=quoted,
            source_match_condition=unchanged,
            match_condition=MatchConditions.IfMissing,
        )
    if begun["copy_status"] != "success":
        _wait(key, target)
    with talking(key):
        source.delete_blob(delete_snapshots="include", etag=quoted, match_condition=unchanged)


def _address(blob: BlobClient) -> str:
    """The blob's URL; the service reads it with this request's own rights, or with a signature."""
    credential = blob.credential
    return (
        f"{blob.url}?{credential.signature}"
        if isinstance(credential, AzureSasCredential)
        else blob.url
    )


def _wait(key: str, target: BlobClient) -> None:
    """Until a copy is done that goes on in the background; one that never ends is given up."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with talking(key):
            copy = target.get_blob_properties().copy
        if copy.status == "success":
            return
        if copy.status != "pending":
            break
        time.sleep(_PAUSE_SECONDS)
    else:
        with talking(key):
            target.abort_copy(str(copy.id))
    with talking(key):
        target.delete_blob()
    raise StoreError(f"{key!r} could not be moved: Azure did not finish the copy; try again later")
