"""Which uploads are new videos: pure functions of a listing, the known looks, a cursor, a clock.

One odd upload never stops the others: it is rejected with a reason. Where that reason may pass, it
is looked at again next time, since a style may be added; where it cannot, the upload is hopeless,
and may be put into quarantine.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Self

from style_pipeline import key, layout, upload_keys
from style_pipeline.again import Repeats
from style_pipeline.store import StoredObject

SUFFIXES = (
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".avi",
    ".ts",
    ".m2ts",
    ".mts",
    ".mpg",
    ".mpeg",
    ".flv",
    ".wmv",
    ".asf",
    ".ogv",
    ".ogg",
    ".mxf",
)
"""What a video's name may end with, in any case; other files are left alone."""

MINIMUM_AGE = timedelta(seconds=5)
"""A younger upload may still be growing, where its writer does not rename it into place."""

HOPELESS_AGE = timedelta(minutes=1)
"""A younger one may be a name or an empty file that a copy only begins with."""

UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp")
"""How copies are called that go on until they get their own name."""

REQUESTS_PER_TICK = 25
"""Dagster gives one evaluation 60 seconds, and submits runs one after the other."""

VERSION = 1
"""Raised to paint every upload again."""


LookFault = Callable[[str], str | None]
"""Why a folder's name cannot be painted as a look, or None where it can."""

SizeFault = Callable[[int], str | None]
"""Why an upload of so many bytes is refused, or None where it is not."""


@dataclass(frozen=True)
class Arrival:
    """An upload that wants a run; ``run_key`` is the same only for the same content and name."""

    upload: layout.Upload
    etag: str
    again: int = 0

    @property
    def run_key(self) -> str:
        """``again`` counts how often the same content was asked for after its first run."""
        repeat = f"|again-{self.again}" if self.again else ""
        return f"{self.upload.key}|{self.etag}|{VERSION}{repeat}"


@dataclass(frozen=True)
class Rejection:
    """An upload that cannot be painted, and why, in words for the person who uploaded it.

    ``hopeless`` ones never can, and are old enough to be moved.
    """

    found: StoredObject
    reason: str
    hopeless: bool = False

    @property
    def key(self) -> str:
        return self.found.key

    @property
    def name(self) -> str:
        """The key in characters that do no harm where they are shown."""
        return ascii(self.key)[1:-1]

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True)
class Cursor:
    """What earlier evaluations asked runs for: short hashes of keys, and of their ETags."""

    seen: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """The cursor in ``text``; an unreadable one counts as new, since run keys still hold."""
        try:
            return cls(frozenset(str(mark) for mark in json.loads(text or "[]")))
        except (ValueError, TypeError):
            return cls()

    def __str__(self) -> str:
        return json.dumps(sorted(self.seen), separators=(",", ":"))

    def holds(self, arrival: Arrival) -> bool:
        return _mark(arrival) in self.seen

    def without(self, arrivals: Iterable[Arrival]) -> "Cursor":
        """As if these had not been seen."""
        return Cursor(self.seen - {_mark(arrival) for arrival in arrivals})

    def after(self, listed: Iterable[Arrival], requested: Iterable[Arrival]) -> "Cursor":
        """With ``requested``, and without what is no longer ``listed``."""
        still = self.seen & {_mark(arrival) for arrival in listed}
        return Cursor(still | {_mark(arrival) for arrival in requested})


@dataclass(frozen=True)
class Intake:
    """The outcome of one look: what to run now, what was refused, how many are left for later."""

    arrivals: tuple[Arrival, ...]
    rejections: tuple[Rejection, ...]
    postponed: int
    cursor: Cursor

    def summary(self, quarantined: Collection[str] = ()) -> str:
        """One line for the sensor's history; rejections with these keys were put aside."""
        parts = [f"{len(self.arrivals)} new"] if self.arrivals else ["no new video"]
        if self.postponed:
            parts.append(f"{self.postponed} left for the next look")
        moved = [each for each in self.rejections if each.key in quarantined]
        left = [each for each in self.rejections if each.key not in quarantined]
        parts += _told("rejected", left) + _told("quarantined", moved)
        return ", ".join(parts)


def _told(what: str, rejections: Sequence[Rejection]) -> list[str]:
    shown = "; ".join(str(rejection) for rejection in rejections[:10])
    return [f"{len(rejections)} {what}: {shown}"] if rejections else []


def look(
    listing: Iterable[StoredObject],
    look_fault: LookFault,
    cursor: Cursor,
    now: datetime,
    *,
    size_fault: SizeFault = lambda size: None,
    repeats: Repeats = MappingProxyType({}),
) -> Intake:
    """Sort the objects under ``incoming/`` into new videos, known ones and rejected ones.

    ``repeats`` says what was asked for again. At most :data:`REQUESTS_PER_TICK` arrivals; what is
    postponed is new again next time.
    """
    listed: list[Arrival] = []
    fresh: list[Arrival] = []
    rejections: list[Rejection] = []
    young = 0
    for found in listing:
        arrival = judge(found, look_fault, now, size_fault, repeats)
        if isinstance(arrival, Rejection):
            rejections.append(arrival)
            continue
        listed.append(arrival)
        if cursor.holds(arrival):
            continue
        if now - found.modified < MINIMUM_AGE:
            young += 1
        else:
            fresh.append(arrival)
    taken = fresh[:REQUESTS_PER_TICK]
    return Intake(
        arrivals=tuple(taken),
        rejections=tuple(rejections),
        postponed=young + len(fresh) - len(taken),
        cursor=cursor.after(listed, taken),
    )


def judge(
    found: StoredObject,
    look_fault: LookFault,
    now: datetime,
    size_fault: SizeFault,
    repeats: Repeats,
) -> Arrival | Rejection:
    """What one object under ``incoming/`` is."""
    upload = layout.parse_upload(found.key)
    reason = _lasting_fault(found, upload, size_fault)
    if upload is None or reason is not None:
        return Rejection(found, reason or "", now - found.modified >= HOPELESS_AGE)
    reason = _passing_fault(upload, look_fault)
    if reason is not None:
        return Rejection(found, reason)
    again = repeats.get(upload_keys.upload_mark(found.key, found.etag), 0)
    return Arrival(upload, found.etag, again)


def _lasting_fault(
    found: StoredObject, upload: layout.Upload | None, size_fault: SizeFault
) -> str | None:
    """Why this very object can never be painted."""
    odd = key.fault(found.key)
    if odd is not None:
        return f"{odd}; rename it"
    if upload is None:
        return "lies in no style's folder; move it to incoming/<style>/"
    if not upload.name.lower().endswith(UNFINISHED) and not is_video_name(upload.name):
        return f"does not end like a video; known: {' '.join(SUFFIXES)}"
    if found.size == 0:
        return "is empty; upload it again"
    return size_fault(found.size)


def _passing_fault(upload: layout.Upload, look_fault: LookFault) -> str | None:
    """Why it cannot be painted yet: somebody may add the style, or finish the copy."""
    if not is_video_name(upload.name):
        return "is called like an unfinished copy; give it the ending of a video"
    return look_fault(upload.style)


def is_video_name(name: str) -> bool:
    """Whether a file's name ends like one of the containers that we read."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def _mark(arrival: Arrival) -> str:
    """Short, so that a cursor over ten thousand uploads stays small; a clash is as good as none."""
    return hashlib.sha256(arrival.run_key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
