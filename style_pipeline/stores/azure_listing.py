"""Which blobs of a container are objects of a store, in the order of their keys."""

from collections.abc import Iterator

from azure.storage.blob import BlobProperties, ContainerClient

from style_pipeline.store import StoredObject
from style_pipeline.stores.azure_faults import talking
from style_pipeline.stores.azure_reading import described

_REMEDY = (
    "try again later; where it stays so, a blob's name may hold a control character: delete the "
    "blobs that were added last"
)


def objects(container: ContainerClient, root: str, prefix: str) -> Iterator[StoredObject]:
    """Objects below ``root`` whose key starts with ``prefix``.

    Azure itself lists every name, control characters included; an emulator may fail on one.
    """
    with talking(f"the list of {prefix or 'everything'}", _REMEDY):
        blobs = list(container.list_blobs(f"{root}{prefix}", include=["metadata"]))
    found = [described(blob.name.removeprefix(root), blob) for blob in blobs if _counts(blob)]
    # Azurite sorts by UTF-16 units, which differ from the keys' own order beyond U+FFFF.
    found.sort(key=lambda each: each.key)
    return (each for each in found if each.key and not _is_hidden(each.key))


def _counts(blob: BlobProperties) -> bool:
    """Whether a blob is more than another program's marker of a folder."""
    marked = (blob.metadata or {}).get("hdi_isfolder") == "true"
    return not marked and not blob.name.endswith("/")


def _is_hidden(key: str) -> bool:
    return "/." in f"/{key}"
