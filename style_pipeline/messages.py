"""What a worker tells its launcher while both live: progress, the report, and how a rank failed.

Progress and report travel as custom messages of Dagster Pipes, which any orchestrator can read as
plain JSON. A failure travels as one line of a rank's stderr: only rank 0 speaks Pipes, but any
rank may fail.
"""

import json
from typing import Any

from style_pipeline import document
from style_pipeline.errors import ManifestError
from style_pipeline.job import Progress
from style_pipeline.lesson import LessonReport
from style_pipeline.manifest import StyleReport

Message = Progress | StyleReport | LessonReport

_KINDS: dict[str, type[Message]] = {
    "style_pipeline.progress": Progress,
    "style_pipeline.report": StyleReport,
    "style_pipeline.lesson_report": LessonReport,
}
_FAILURE = "style_pipeline.worker failed on rank "


def wrap(message: Message) -> dict[str, Any]:
    """The payload of a custom message, in plain JSON types."""
    (kind,) = (kind for kind, cls in _KINDS.items() if isinstance(message, cls))
    return {"kind": kind, "body": document.plain(message)}


def unwrap(payload: Any) -> Message | None:
    """What :func:`wrap` wrapped, or None for somebody else's message.

    Raises ManifestError where it is one of ours, but of another release or damaged.
    """
    if not isinstance(payload, dict) or payload.get("kind") not in _KINDS:
        return None
    if "body" not in payload:
        raise ManifestError(f"a {payload['kind']} message has no body")
    return document.load(_KINDS[payload["kind"]], json.dumps(payload["body"]).encode())


def failure_line(rank: int, error: BaseException) -> str:
    """The last line that a failing rank writes to stderr."""
    reason = " ".join(str(error).split()) or "no reason given"
    return f"{_FAILURE}{rank}: {type(error).__name__}: {reason}"


def read_failure(line: str) -> str | None:
    """``rank 2: StoreFull: ...`` where ``line`` is a :func:`failure_line`, whatever precedes it."""
    _, found, rest = line.partition(_FAILURE)
    return f"rank {rest}" if found else None
