"""``status``: what is being painted, what waits, and what failed since yesterday."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from style_pipeline.cli.columns import lines_of
from style_pipeline.settings import Settings

if TYPE_CHECKING:
    from style_pipeline.defs.overview import Work

_DAY = 86400


def status_lines(settings: Settings) -> Iterator[str]:
    """A line for each run that has not ended or that failed of late; one that says so for none."""
    from style_pipeline.defs.instance import embedded_instance
    from style_pipeline.defs.overview import in_the_works

    now = datetime.now(UTC)
    with embedded_instance(settings) as instance:
        rows = [_row(work, now) for work in in_the_works(instance, now)]
    yield from lines_of(rows) if rows else ["nothing is in the works, and nothing failed of late"]


def _row(work: "Work", now: datetime) -> tuple[str, ...]:
    seconds = (now - work.since).total_seconds()
    return work.what, work.state, f"for {_duration(seconds)}", work.detail


def _duration(seconds: float) -> str:
    """``2 d 3 h``, ``3:05:10`` or ``5:10``."""
    days, rest = divmod(max(0, round(seconds)), _DAY)
    hours, minutes, left = rest // 3600, rest // 60 % 60, rest % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
