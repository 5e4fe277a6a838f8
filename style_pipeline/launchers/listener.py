"""What a launcher hears from a running job: progress, the report, and why a rank failed."""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from style_pipeline.errors import ManifestError
from style_pipeline.job import Progress
from style_pipeline.lesson import LessonReport
from style_pipeline.manifest import StyleReport
from style_pipeline.messages import read_failure, unwrap

PROGRESS_LOGGER = "style_pipeline.progress"
"""Every :class:`Progress` goes to this logger as the only argument of a record, for a terminal."""

_LOG_SECONDS = 5.0


class Log(Protocol):
    """The part of Dagster's ``context.log`` that is used here."""

    def info(self, msg: object) -> None: ...

    def warning(self, msg: object) -> None: ...


class Listener:
    """Passes on what it hears and remembers what matters for the verdict.

    ``report`` or ``lesson_report`` is the worker's own report once it came; ``failure`` says which
    rank failed and why, where one said so.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._progress = logging.getLogger(PROGRESS_LOGGER)
        self._heard = 0
        self._logged_at = float("-inf")
        self.report: StyleReport | None = None
        self.lesson_report: LessonReport | None = None
        self.failure: str | None = None

    def messages(self, payloads: Sequence[Any], now: float) -> None:
        """Take in all custom messages so far; those heard before are passed over."""
        for payload in payloads[self._heard :]:
            self._message(payload, now)
        self._heard = len(payloads)

    def line(self, text: str) -> None:
        """Take in one line of a rank's output."""
        self._log.info(text)
        self.failure = self.failure or read_failure(text)

    def _message(self, payload: Any, now: float) -> None:
        try:
            message = unwrap(payload)
        except ManifestError as error:
            self._log.warning(f"a message of the worker was passed over: {error}")
            return
        if isinstance(message, StyleReport):
            self.report = message
        elif isinstance(message, LessonReport):
            self.lesson_report = message
        elif message is not None:
            self._tell(message, now)

    def _tell(self, progress: Progress, now: float) -> None:
        self._progress.info("%s", progress)
        if now >= self._logged_at + _LOG_SECONDS or progress.frames_done == progress.frames_total:
            self._log.info(str(progress))
            self._logged_at = now
