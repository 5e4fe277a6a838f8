"""``quarantine`` and ``release``: what was put aside and why, and how it comes back."""

import os

import click

from style_pipeline import quarantine as rooms
from style_pipeline.cli.columns import lines_of
from style_pipeline.cli.faults import debug_option
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
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
    held = rooms.entries(_store())
    rows = [(each.name, each.when, ascii(each.upload)[1:-1], each.reason) for each in held]
    for line in lines_of(rows):
        click.echo(line)


@click.command()
@click.argument("name")
@click.option("--to", metavar="KEY", help="Put it there, as in incoming/STYLE/FILE.")
@debug_option
def release(name: str, to: str | None) -> None:
    """Put the upload NAME back into incoming/, where the running platform paints it anew.

    NAME is what 'style-pipeline quarantine' prints, or the key that the upload had. An upload whose
    name was its fault needs a new one: --to.

    \b
    Examples:
      style-pipeline release holiday-1a2b3c4d-5e6f7a8b
      style-pipeline release incoming/great-wave/holiday.mp4
      style-pipeline release video-9f8e7d6c-5b4a3928 --to incoming/great-wave/holiday.mp4
    """
    store = _store()
    click.echo(rooms.release(store, rooms.find(store, name), to).key)


def _store() -> MediaStore:
    return open_store(Settings.from_environment(os.environ).store_url)
