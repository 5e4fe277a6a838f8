"""``styles``: what can be painted, as a list or as a picture; its sub-commands change that."""

import os
from pathlib import Path

import click

from style_pipeline.cli.columns import lines_of
from style_pipeline.cli.faults import debug_option
from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import Settings


@click.group(invoke_without_command=True)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Paint every style on the same frames, as one picture: jpg or png.",
)
@click.option(
    "--of",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="VIDEO_OR_PICTURE",
    help="What the sheet shows: a picture, or three frames of a video. May be repeated.",
)
@click.pass_context
@debug_option
def styles(ctx: click.Context, sheet: Path | None, of: tuple[Path, ...]) -> None:
    """List what can be painted: name, painting, painter, and where the style comes from.

    That is the package; or your store, learnt from a painting, or painted from it at once.
    Tab-separated where the output is piped.

    \b
    Examples:
      style-pipeline styles
      style-pipeline styles --sheet styles.jpg
      style-pipeline styles --sheet styles.jpg --of holiday.mp4
      style-pipeline styles --sheet styles.png --of face.jpg --of garden.jpg
      style-pipeline styles add shipwreck turner.jpg
    """
    if ctx.invoked_subcommand is not None:
        return
    settings = Settings.from_environment(os.environ)
    if sheet is not None:
        _paint(settings, sheet, of)
    elif of:
        raise ConfigurationError("--of says what a sheet shows: name the sheet with --sheet FILE")
    else:
        _list(settings)


@styles.command()
@click.argument("name")
@click.argument("painting", type=click.Path(path_type=Path))
@click.option("--verbose", is_flag=True, help="Show everything that Dagster logs.")
@debug_option
def add(name: str, painting: Path, verbose: bool) -> None:
    """Learn PAINTING as the style NAME: minutes, with progress.

    It can be painted at once, as a style that is not learnt; from the end of the lesson on it is
    painted like those of the package, as fast, and blends with them. Stopped and started again,
    the lesson goes on where it was. Another painting under the same NAME replaces it.

    \b
    Needs, beside the painting:
      STYLE_PIPELINE_TRUNK         VGG-16 weights in safetensors, named as torchvision names them
      STYLE_PIPELINE_PHOTOGRAPHS   a folder of some hundred photographs to practise on

    \b
    Example:
      style-pipeline styles add shipwreck turner.jpg
    """
    from style_pipeline.cli.learning import add as learn

    learn(Settings.from_environment(os.environ), name, painting, verbose=verbose)
    click.echo(name)


def _paint(settings: Settings, target: Path, of: tuple[Path, ...]) -> None:
    from style_pipeline.cli.sheet import make

    for line in make(settings, target, of):
        click.echo(line, err=True)
    click.echo(target)


def _list(settings: Settings) -> None:
    from style_pipeline.stores import open_whole
    from style_pipeline.style import catalogue

    offers = catalogue.offers(open_whole(settings.store_url, settings.learnt_url)).values()
    for line in lines_of([(o.name, o.painting.title, o.painting.artist, o.origin) for o in offers]):
        click.echo(line)
