"""What of the work in between may be cleared: pure functions of a listing and a clock.

Objects belong together: the frames of one source, the shards of one job, the messages of another.
Such a group is cleared as a whole, and only once all of it is old.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from style_pipeline import layout
from style_pipeline.store import StoredObject

KINDS = {layout.WORK: 3, layout.MESSAGES: 2}
"""Where groups lie, and how many parts of a key name one: ``work/styled/<digest>``."""


@dataclass(frozen=True)
class Group:
    """Objects under one ``prefix``, of use only together."""

    prefix: str
    objects: tuple[StoredObject, ...]

    @property
    def modified(self) -> datetime:
        """When something in it was last written."""
        return max(each.modified for each in self.objects)

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return sum(each.size for each in self.objects)

    def keys_in_order(self) -> Iterator[str]:
        """What vouches for other objects first, so that what is left half cleared counts for
        nothing: manifests and sidecars are JSON.
        """
        keys = sorted(each.key for each in self.objects)
        yield from (key for key in keys if key.endswith(".json"))
        yield from (key for key in keys if not key.endswith(".json"))


def groups(listing: Iterable[StoredObject], parts: int) -> Iterator[Group]:
    """The groups of a listing in key order; keys with fewer parts belong to none."""
    for prefix, objects in groupby(listing, lambda each: _prefix(each.key, parts)):
        if prefix:
            yield Group(prefix, tuple(objects))


def stale(found: Group, now: datetime, days: float) -> bool:
    """Whether nothing in it was written for so many days."""
    return bool(found.objects) and now - found.modified > timedelta(days=days)


def _prefix(key: str, parts: int) -> str:
    words = key.split("/")
    return "/".join(words[:parts]) + "/" if len(words) > parts else ""
