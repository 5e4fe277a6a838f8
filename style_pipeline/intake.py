"""Which uploads are new videos: pure functions of a listing, the known looks, a cursor, a clock.

One odd upload never stops the others: it is rejected with a reason and looked at again next time,
since a style may be added or a file renamed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Self

from style_pipeline import key, layout
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
)
"""What a video's name may end with, in any case; other files are left alone."""

MINIMUM_AGE = timedelta(seconds=5)
"""A younger upload may still be growing, where its writer does not rename it into place."""

REQUESTS_PER_TICK = 25
"""Dagster gives one evaluation 60 seconds, and submits runs one after the other."""

VERSION = 1
"""Raised to paint every upload again."""


LookFault = Callable[[str], str | None]
"""Why a folder's name cannot be painted as a look, or None where it can."""


@dataclass(frozen=True)
class Arrival:
    """An upload that wants a run; ``run_key`` is the same only for the same content and name."""

    upload: layout.Upload
    etag: str

    @property
    def run_key(self) -> str:
        return f"{self.upload.key}|{self.etag}|{VERSION}"


@dataclass(frozen=True)
class Rejection:
    """An upload that cannot be painted, and why, in words for the person who uploaded it."""

    key: str
    reason: str

    def __str__(self) -> str:
        return f"{ascii(self.key)[1:-1]}: {self.reason}"


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

    def summary(self) -> str:
        """One line for the sensor's history."""
        parts = [f"{len(self.arrivals)} new"] if self.arrivals else ["no new video"]
        if self.postponed:
            parts.append(f"{self.postponed} left for the next look")
        if self.rejections:
            shown = "; ".join(str(rejection) for rejection in self.rejections[:10])
            parts.append(f"{len(self.rejections)} rejected: {shown}")
        return ", ".join(parts)


def look(
    listing: Iterable[StoredObject], look_fault: LookFault, cursor: Cursor, now: datetime
) -> Intake:
    """Sort the objects under ``incoming/`` into new videos, known ones and rejected ones.

    At most :data:`REQUESTS_PER_TICK` arrivals; what is postponed is new again next time.
    """
    listed: list[Arrival] = []
    fresh: list[Arrival] = []
    rejections: list[Rejection] = []
    young = 0
    for found in listing:
        arrival = _judge(found, look_fault)
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


def _judge(found: StoredObject, look_fault: LookFault) -> Arrival | Rejection:
    upload = layout.parse_upload(found.key)
    reason = fault(found, upload, look_fault)
    if upload is None or reason is not None:
        return Rejection(found.key, reason or "")
    return Arrival(upload, found.etag)


def fault(found: StoredObject, upload: layout.Upload | None, look_fault: LookFault) -> str | None:
    """Why an object under ``incoming/`` cannot be painted, or None where it can."""
    if upload is None:
        return "lies in no style's folder; move it to incoming/<style>/"
    odd = key.fault(found.key)
    if odd is not None:
        return f"{odd}; rename it"
    reason = look_fault(upload.style)
    if reason is not None:
        return reason
    if not is_video_name(upload.name):
        return f"does not end like a video; known: {' '.join(SUFFIXES)}"
    if found.size == 0:
        return "is empty; upload it again"
    return None


def is_video_name(name: str) -> bool:
    """Whether a file's name ends like one of the containers that we read."""
    return PurePosixPath(name).suffix.lower() in SUFFIXES


def _mark(arrival: Arrival) -> str:
    """Short, so that a cursor over ten thousand uploads stays small; a clash is as good as none."""
    return hashlib.sha256(arrival.run_key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
