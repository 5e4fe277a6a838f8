"""What a job that ended has come to, by what it left in the store.

It has succeeded only with a report, and only if the store agrees.
"""

import hashlib
from collections.abc import Iterator
from typing import Protocol, TypeVar

from style_pipeline import layout
from style_pipeline.errors import CheckpointError, ManifestError, ObjectMissing, StyleJobError
from style_pipeline.job import StyleJob
from style_pipeline.lesson import Lesson, LessonReport
from style_pipeline.manifest import FrameManifest, StyleReport
from style_pipeline.store import MediaStore
from style_pipeline.style.card import CheckpointCard
from style_pipeline.worker.finished import unfinished_shards

Report = TypeVar("Report", StyleReport, LessonReport)


class Work(Protocol):
    """What a worker is told: a style job or a lesson."""

    @property
    def prefix(self) -> str: ...

    def to_json(self) -> bytes: ...


def announce(store: MediaStore, job: Work) -> None:
    """Put the job where the worker reads it; take away what an earlier attempt left to be told."""
    store.delete(layout.report_key(job.prefix))
    for left in list(store.list(layout.failures_prefix(job.prefix))):
        store.delete(left.key)
    store.upload(job.to_json(), layout.job_key(job.prefix))


def conclude(
    store: MediaStore, job: StyleJob, manifest: FrameManifest, told: StyleReport | None
) -> StyleReport:
    """The report of a job that ended well.

    ``told`` is the report that came as a message; where it was lost, the one in the store counts.
    Raises StyleJobError where there is neither, or where a styled shard is missing.
    """
    report = told or _kept(store, job, StyleReport)
    if report is None:
        raise StyleJobError(
            "the style job ended without a report, so nothing is known to be done; run it again"
        )
    missing = unfinished_shards(store, job, manifest)
    if missing:
        raise StyleJobError(
            f"the style job reported success, but {len(missing)} of {len(manifest.shards)} styled "
            f"shards are missing, the first is number {missing[0].index}; run it again"
        )
    return report


def conclude_lesson(store: MediaStore, lesson: Lesson, told: LessonReport | None) -> LessonReport:
    """The report of a lesson that ended well, its checkpoint taken over among the styles.

    Raises StyleJobError where nothing came of it, or not what was reported.
    """
    report = told or _kept(store, lesson, LessonReport)
    if report is None or not _take_over(store, lesson, report):
        raise StyleJobError(
            f"the lesson ended without a checkpoint of {lesson.style!r}; start it again"
        )
    return report


def _take_over(store: MediaStore, lesson: Lesson, report: LessonReport) -> bool:
    """Whether the reported checkpoint was there to be taken; the card goes first, as it is what
    tells of the other. Ranks write among the media, and never among the styles themselves."""
    try:
        card = store.read_bytes(layout.lesson_card_key(lesson.prefix))
        checkpoint = store.read_bytes(layout.lesson_checkpoint_key(lesson.prefix))
        described = CheckpointCard.parse(card, "the card of the lesson")
    except (ObjectMissing, CheckpointError):
        return False
    digests = {hashlib.sha256(checkpoint).hexdigest(), described.sha256}
    if digests != {report.checkpoint_sha256} or described.names != (lesson.style,):
        return False
    store.upload(card, layout.style_card_key(lesson.style))
    store.upload(checkpoint, layout.style_checkpoint_key(lesson.style))
    return True


def last_words(store: MediaStore, job: Work) -> Iterator[str]:
    """What ranks that failed left behind, line by line."""
    for left in store.list(layout.failures_prefix(job.prefix)):
        yield from store.read_bytes(left.key).decode("utf-8", "replace").splitlines()


def _kept(store: MediaStore, job: Work, kind: type[Report]) -> Report | None:
    try:
        return kind.from_json(store.read_bytes(layout.report_key(job.prefix)))
    except (ObjectMissing, ManifestError):
        return None
