"""``quarantine`` and ``release``: what was put aside and why, and how it comes back."""

import os

import click

from style_pipeline import quarantine as rooms
from style_pipeline.cli.columns import lines_of
from style_pipeline.cli.faults import debug_option
from style_pipeline.settings import Settings
from style_pipeline.stores import open_store


@click.command()
@debug_option
def quarantine() -> None:
    """List the uploads that were put aside: name, time, key, reason.

    They lie in the store under quarantine/NAME/, each with a reason.json. Tab-separated
    where the output is piped.

    \b
    Example:
      style-pipeline quarantine
    """
    held = rooms.entries(open_store(Settings.from_environment(os.environ).store_url))
    rows = [(each.name, each.when, ascii(each.upload)[1:-1], each.reason) for each in held]
    for line in lines_of(rows):
        click.echo(line)


@click.command()
@click.argument("name")
@click.option("--to", metavar="KEY", help="Put it there, as in incoming/STYLE/FILE.")
@click.option(
    "--repair", is_flag=True, help="Put what can be saved of it there, as FILE.repaired.mkv."
)
@debug_option
def release(name: str, to: str | None, repair: bool) -> None:
    """Put the upload NAME back into incoming/, where the running platform paints it anew.

    NAME is what 'style-pipeline quarantine' prints, or the key that the upload had. An upload whose
    name was its fault needs a new one: --to. Of a damaged one, --repair takes the pictures that can
    be decoded and says what is lacking; the upload itself stays in quarantine.

    \b
    Examples:
      style-pipeline release holiday-1a2b3c4d-5e6f7a8b
      style-pipeline release incoming/great-wave/holiday.mp4
      style-pipeline release video-9f8e7d6c-5b4a3928 --to incoming/great-wave/holiday.mp4
      style-pipeline release incoming/great-wave/holiday.ts --repair
    """
    from style_pipeline.cli.repair import repair_held

    settings = Settings.from_environment(os.environ)
    store = open_store(settings.store_url)
    entry = rooms.find(store, name)
    if repair:
        click.echo(repair_held(settings, store, entry, to))
    else:
        click.echo(rooms.release(store, entry, to).key)
