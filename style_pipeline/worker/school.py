"""The life of a lesson: fetch, learn, keep, report. It can be killed at any moment and goes on.

What is learnt so far goes to the store whenever the trainer saves it; a restarted lesson, on this
machine or another, takes it up from there.
"""

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from style_pipeline import layout
from style_pipeline.errors import ObjectMissing, StyleJobError
from style_pipeline.lesson import Lesson, LessonReport, Pinned
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline.style.card import card_path
from style_pipeline.worker.pace import Pace
from style_pipeline.worker.reporting import Tell, open_reporter

if TYPE_CHECKING:
    from style_pipeline.style.training.pupil import Learnt, Pupil

_TELL_SECONDS = 1.5


def learn(store_url: str, key: str, environ: Mapping[str, str], clock: Callable[[], float]) -> None:
    """Learn the lesson under ``key``; its checkpoint and its report lie beside it afterwards.

    Raises errors of :mod:`style_pipeline.errors`.
    """
    started = clock()
    store = open_store(store_url)
    with open_reporter(environ) as tell, TemporaryDirectory(prefix="style_pipeline-") as folder:
        lesson = Lesson.from_json(store.read_bytes(key))
        school = _School(store, lesson, Path(folder), clock, tell)
        learnt = school.teach()
        report = school.conclude(learnt, clock() - started)
        store.upload(report.to_json(), layout.report_key(lesson.prefix))
        tell(report)


@dataclass(frozen=True)
class _School:
    store: MediaStore
    lesson: Lesson
    folder: Path
    clock: Callable[[], float]
    tell: Tell

    def teach(self) -> "Learnt":
        from style_pipeline.style.training.pupil import Pupil
        from style_pipeline.style.training.trainer import STATE

        lesson = self.lesson
        with suppress(ObjectMissing):
            key = layout.lesson_state_key(lesson.prefix)
            self.store.download(key, self.folder / STATE)
        pupil = Pupil(
            lesson.style,
            painting=self._fetch(lesson.painting),
            trunk=self._fetch(lesson.trunk),
            photographs=self._fetch(lesson.photographs),
            base=lesson.base,
            recipe=lesson.recipe,
            folder=self.folder,
        )
        return pupil.learn(self._teller(pupil.steps_done), lambda: self._keep(pupil))

    def conclude(self, learnt: "Learnt", seconds: float) -> LessonReport:
        """The card first: where there is a checkpoint, both are there."""
        prefix = self.lesson.prefix
        self.store.upload(card_path(learnt.checkpoint), layout.lesson_card_key(prefix))
        self.store.upload(learnt.checkpoint, layout.lesson_checkpoint_key(prefix))
        return LessonReport(
            style=self.lesson.style,
            checkpoint_sha256=learnt.card.sha256,
            steps=self.lesson.recipe.steps,
            seconds=round(seconds, 1),
            device=learnt.device,
            nearest=learnt.nearest,
            content_error=round(learnt.content, 4),
            style_error=round(learnt.style, 4),
            style_error_before=round(learnt.style_before, 4),
        )

    def _fetch(self, wanted: Pinned) -> Path:
        target = self.folder / PurePosixPath(wanted.key).name
        self.store.download(wanted.key, target)
        with target.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != wanted.sha256:
                raise StyleJobError(
                    f"{wanted.key} has changed since the lesson was made; start it again"
                )
        return target

    def _teller(self, done: int) -> Callable[[int], None]:
        steps = self.lesson.recipe.steps
        pace = Pace(steps, done, self.clock(), unit="steps")
        told = float("-inf")

        def step(number: int) -> None:
            nonlocal told
            if self.clock() - told >= _TELL_SECONDS or number == steps:
                told = self.clock()
                self.tell(pace.at(told, number - done))

        return step

    def _keep(self, pupil: "Pupil") -> None:
        prefix = self.lesson.prefix
        self.store.upload(pupil.state, layout.lesson_state_key(prefix))
        self.store.upload(pupil.samples(), layout.samples_key(prefix))
