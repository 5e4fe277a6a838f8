"""The commands and what they teach; each one's work is done elsewhere."""

import atexit
import gc
import os
from pathlib import Path

import click

from style_pipeline import __version__
from style_pipeline.cli.azure import azure
from style_pipeline.cli.costs import costs
from style_pipeline.cli.faults import GuardedGroup, debug_option
from style_pipeline.cli.looks import STYLE_HELP, Wishes, controls
from style_pipeline.cli.quarantine import quarantine, release
from style_pipeline.cli.styles import styles
from style_pipeline.settings import Settings

_VIDEO = click.argument("video", type=click.Path(path_type=Path))


@click.group(
    cls=GuardedGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="style-pipeline")
@debug_option
def main() -> None:
    """Paint a video in the style of a painting: same length, same frame times, same sound.

    \b
    Examples:
      style-pipeline doctor                             is everything here?
      style-pipeline styles                             what can be painted
      style-pipeline styles --sheet styles.jpg          and what that looks like
      style-pipeline inspect holiday.mp4                what would become of it
      style-pipeline repair damaged.ts                  what can be saved of it
      style-pipeline run holiday.mp4 --style NAME       paint it now, with progress
      style-pipeline submit holiday.mp4 --style NAME    leave it for the running platform
      style-pipeline status                             what is in the works
      style-pipeline costs --plot costs.svg             what videos took and cost

    Everything is kept in ./data, or where STYLE_PIPELINE_HOME says. A run that was stopped goes on
    where it was when the same command is given again.
    """
    # Python would look for garbage in what ends anyway, for a quarter of the time.
    atexit.register(gc.freeze)


main.add_command(styles)


@main.command()
@_VIDEO
@click.option("--style", required=True, metavar="STYLE", help=STYLE_HELP)
@controls
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also put the result here; a folder keeps the video's name.",
)
@click.option(
    "--side-by-side",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Also make a clip of the video on the left and the painting on the right.",
)
@click.option("--verbose", is_flag=True, help="Show everything that Dagster logs.")
@debug_option
def run(
    video: Path,
    style: str,
    strength: float,
    keep_colours: bool,
    scale: float,
    output: Path | None,
    side_by_side: Path | None,
    verbose: bool,
) -> None:
    """Paint VIDEO here and now; prints where the result is, and where the clip of --side-by-side.

    \b
    Examples:
      style-pipeline run holiday.mp4 --style NAME
      style-pipeline run holiday.mp4 --style NAME --output holiday-painted.mp4
      style-pipeline run holiday.mp4 --style NAME --side-by-side compared.mp4
      style-pipeline run holiday.mp4 --style NAME --strength 0.6 --keep-colours
      style-pipeline run holiday.mp4 --style great-wave:0.3,starry-night:0.7
      style-pipeline run holiday.mp4 --style any:my-painting.jpg
    """
    from style_pipeline.cli.run import paint

    wishes = Wishes((style,), strength, keep_colours, scale)
    for path in paint(_settings(), video, wishes, output, side_by_side, verbose=verbose):
        click.echo(path)


@main.command()
@_VIDEO
@click.option(
    "--style",
    "styles",
    required=True,
    multiple=True,
    metavar="STYLE",
    help=f"{STYLE_HELP} May be repeated.",
)
@controls
@click.option("--again", is_flag=True, help="Have the platform run it again, though unchanged.")
@debug_option
def submit(
    video: Path,
    styles: tuple[str, ...],
    strength: float,
    keep_colours: bool,
    scale: float,
    again: bool,
) -> None:
    """Upload VIDEO and print one partition key per style.

    Dagster materialises a key whenever it is asked to; a running platform does so by itself, once
    for the same content, and once more for each --again.

    \b
    Examples:
      style-pipeline submit holiday.mp4 --style NAME --style OTHER
      style-pipeline submit holiday.mp4 --style NAME --again
      dagster asset materialize -m style_pipeline.definitions --select '*' --partition 'KEY'
    """
    from style_pipeline.cli.run import upload

    wishes = Wishes(styles, strength, keep_colours, scale)
    for key in upload(_settings(), video, wishes, once_more=again):
        click.echo(key)


@main.command()
@_VIDEO
@debug_option
def inspect(video: Path) -> None:
    """Say what would become of VIDEO, without doing it: kept, converted, left out or refused.

    Ends with 2 where it would be refused. Damage that only decoding shows is found when frames are
    taken. Tab-separated where the output is piped.

    \b
    Example:
      style-pipeline inspect holiday.mkv
    """
    from style_pipeline.cli.inspect import inspect as look_into

    look_into(_settings(), video)


@main.command()
@_VIDEO
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE.mkv",
    help="Put it here; beside VIDEO, as NAME.repaired.mkv, where nothing is said.",
)
@debug_option
def repair(video: Path, output: Path | None) -> None:
    """Save what can be saved of a damaged VIDEO, and say what is lacking; prints where it is.

    Damaged videos are refused. The repaired one holds the pictures that can be decoded, without
    loss and at their own times, and the sound; its comment says what it lacks, and so will the
    painting's. Subtitles and chapters are left out.

    \b
    Example:
      style-pipeline repair recording.ts && style-pipeline run recording.repaired.mkv --style NAME
    """
    from style_pipeline.cli.repair import repair_file

    click.echo(repair_file(_settings(), video, output))


@main.command()
@click.pass_context
@debug_option
def doctor(ctx: click.Context) -> None:
    """Find what is missing here, and what to type about it.

    Ends with 1 where something is missing; warnings are no failure.
    """
    from style_pipeline.cli.doctor import State, examine

    colours = {State.OK: "green", State.WARNING: "yellow", State.MISSING: "red"}
    missing = False
    for finding in examine(_settings(), os.environ):
        state = click.style(f"{finding.state.value:<8}", fg=colours[finding.state])
        remedy = f"; {finding.remedy}" if finding.remedy else ""
        click.echo(f"{state} {finding.subject:<13} {finding.detail}{remedy}")
        missing = missing or finding.state is State.MISSING
    ctx.exit(1 if missing else 0)


@main.command()
@debug_option
def home() -> None:
    """Print Dagster's home, after making it ready.

    \b
    Example:
      export DAGSTER_HOME="$(style-pipeline home)"
    """
    from style_pipeline.defs.instance import install

    click.echo(install(_settings()))


@main.command()
@debug_option
def status() -> None:
    """Show what is being painted, how far it is, what waits, and what failed since yesterday.

    Tab-separated where the output is piped.

    \b
    Examples:
      style-pipeline status
      watch style-pipeline status
    """
    from style_pipeline.cli.status import status_lines

    for line in status_lines(_settings()):
        click.echo(line)


main.add_command(azure)
main.add_command(costs)
main.add_command(quarantine)
main.add_command(release)


def _settings() -> Settings:
    return Settings.from_environment(os.environ)
