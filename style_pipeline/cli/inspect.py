"""``inspect``: what would become of a video, told without doing it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from style_pipeline.cli.beforehand import treated
from style_pipeline.cli.columns import lines_of
from style_pipeline.cost import Pace
from style_pipeline.errors import FilterMissing, UnusableVideo, UserError
from style_pipeline.settings import Settings

if TYPE_CHECKING:
    from style_pipeline.media.probe import SourceProbe

_REFUSED = "refused"


def inspect(settings: Settings, video: Path) -> None:
    """Print a row for every part of ``video``: what it is, its fate, and how.

    Raises UnusableVideo where it would be refused, FilterMissing where FFmpeg lacks something; what
    policy refuses, and what is lacking, is a row before that.
    """
    from style_pipeline.defs import uploads
    from style_pipeline.defs.admission import Door
    from style_pipeline.media import ffmpeg

    uploads.check(video)
    with ffmpeg.limited(settings.ffmpeg):
        found, estimate = Door(settings.upload, Pace(settings.upload.pace)).admit(video, 100)
    click.echo(f"Estimate: {estimate}", err=True)
    notes, refusal = _treatment(settings, found)
    for line in lines_of(_rows(settings, found, notes, refusal)):
        click.echo(line)
    if refusal is not None:
        raise refusal


def _treatment(
    settings: Settings, found: "SourceProbe"
) -> tuple[tuple[str, ...], UserError | None]:
    """What would be done to the pictures, or why it is not."""
    try:
        return treated(settings, found).notes, None
    except (UnusableVideo, FilterMissing) as refusal:
        return (), refusal


def _rows(
    settings: Settings,
    found: "SourceProbe",
    notes: tuple[str, ...],
    refusal: UserError | None,
) -> list[tuple[str, str, str]]:
    from style_pipeline.media.containers import CONTAINERS
    from style_pipeline.media.plan import plan

    preset = settings.preset
    lines = plan(found, notes, CONTAINERS[preset.container], preset.encoding)
    rows = [(line.part, str(line.fate), line.how) for line in lines]
    return rows if refusal is None else [("the video", _REFUSED, str(refusal)), *rows]
