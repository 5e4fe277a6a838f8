"""From what people type about a look to the look itself; a painting they name is hung first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue, gallery

_ANY = "any:"


@dataclass(frozen=True)
class Wishes:
    """The options of a command: styles or blends, and the controls that go for all of them."""

    styles: tuple[str, ...]
    strength: float
    keep_colours: bool
    scale: float

    def looks(self, store: MediaStore) -> Iterator[Look]:
        """The looks, known to be paintable.

        ``any:FILE`` puts the painting into the store and means it. Raises UnknownStyle,
        UnusablePainting or ConfigurationError.
        """
        known = catalogue.offers(store)
        for text in self.styles:
            if text.startswith(_ANY):
                text = _hung(store, Path(text.removeprefix(_ANY)))
                known = catalogue.offers(store)
            look = Look.of(text, self.strength, self.keep_colours, self.scale)
            catalogue.refuse(look, known)
            yield look


def _hung(store: MediaStore, painting: Path) -> str:
    name = gallery.name_for(painting)
    gallery.hang(store, name, painting)
    return name


def controls(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of :class:`Wishes` but the styles themselves."""
    for option in (_SCALE, _KEEP_COLOURS, _STRENGTH):
        command = option(command)
    return command


_STRENGTH = click.option(
    "--strength",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="How much of the painting: 0 is the video itself.",
)
_KEEP_COLOURS = click.option(
    "--keep-colours", is_flag=True, help="The painting's strokes in the video's own colours."
)
_SCALE = click.option(
    "--scale",
    type=click.FloatRange(0.1, 1),
    default=1.0,
    show_default=True,
    help="Size at which the network works: less is broader strokes, and faster.",
)
STYLE_HELP = (
    "A name from 'style-pipeline styles', a blend such as great-wave:0.3,starry-night:0.7, "
    "or any:PAINTING.jpg."
)
