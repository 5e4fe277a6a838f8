"""``costs``: what each video took and cost, in lines and as a plot over time."""

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from style_pipeline.cli.columns import lines_of
from style_pipeline.cli.faults import debug_option
from style_pipeline.cli.plot import Point, svg
from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import Settings

if TYPE_CHECKING:
    from style_pipeline.defs.bills import Bill

_SUFFIX = ".svg"


@click.command()
@click.option(
    "--days",
    type=click.FloatRange(min=0, min_open=True),
    default=30,
    show_default=True,
    help="How far to look back.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE.svg",
    help="Also draw the cost per minute of video over time; the time to paint one without prices.",
)
@debug_option
def costs(days: float, plot: Path | None) -> None:
    """Show what each video took to paint and, with a table of prices, what it cost; oldest first.

    Time, partition, length of the video, time to paint it, node-hours, cost, cost per minute of
    video. Tab-separated where the output is piped.

    \b
    Examples:
      style-pipeline costs
      style-pipeline costs --days 365 --plot costs.svg
    """
    for line in cost_lines(Settings.from_environment(os.environ), days, plot):
        click.echo(line)


def cost_lines(settings: Settings, days: float, plot: Path | None) -> Iterator[str]:
    """A line for each painting of the last days, oldest first; draws them into ``plot`` too.

    Raises ConfigurationError where ``plot`` cannot be written.
    """
    from style_pipeline.defs.bills import bills
    from style_pipeline.defs.instance import embedded_instance

    if plot is not None:
        _refuse(plot)
    with embedded_instance(settings) as instance:
        found = list(bills(instance, datetime.now(UTC) - timedelta(days=days)))[::-1]
    if plot is not None:
        _draw(found, plot)
    if not found:
        return iter([f"nothing was painted in the last {days:g} days"])
    return lines_of([_row(bill) for bill in found])


def picture(found: Iterable["Bill"]) -> str:
    """SVG: cost per minute of video over time; where nothing has a price, the time to paint one."""
    found = list(found)
    if any(bill.cost_per_minute is not None for bill in found):
        points = [_point(bill, bill.cost_per_minute) for bill in found]
        title = "cost per minute of video"
    else:
        points = [_point(bill, bill.painting_per_minute) for bill in found]
        title = "seconds of painting per minute of video"
    return svg([point for point in points if point is not None], title)


def _point(bill: "Bill", value: float | None) -> Point | None:
    if value is None:
        return None
    style, _, video = bill.what.partition("|")
    return Point(bill.when, value, style, video)


def _row(bill: "Bill") -> tuple[str, ...]:
    return (
        bill.when.isoformat(timespec="seconds"),
        bill.what,
        _told(bill.video, "{:.1f} s of video"),
        _told(bill.painting, "{:.1f} s of painting"),
        _told(bill.node_hours, "{:.3f} node-hours"),
        _told(bill.cost, "cost {:.2f}"),
        _told(bill.cost_per_minute, "{:.3f} per minute"),
    )


def _told(value: float | None, form: str) -> str:
    return "" if value is None else form.format(value)


def _refuse(plot: Path) -> None:
    if plot.suffix.lower() != _SUFFIX:
        raise ConfigurationError(f"--plot: {plot.name!r} does not end in {_SUFFIX}")
    if not plot.parent.is_dir():
        raise ConfigurationError(f"--plot: there is no folder {plot.parent}; make it first")


def _draw(found: list["Bill"], plot: Path) -> None:
    try:
        plot.write_text(picture(found))
    except OSError as error:
        raise ConfigurationError(f"--plot: {plot} cannot be written: {error.strerror}") from error
