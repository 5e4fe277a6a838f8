"""The card that lies beside every checkpoint: what it is, what it can paint, how it came to be.

Reading a card needs no PyTorch, so the catalogue and the command line stay light.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from style_pipeline import document
from style_pipeline.errors import CheckpointError, ManifestError

VERSION = 1


@dataclass(frozen=True)
class Painting:
    """One style of a checkpoint; ``name`` is what a person types."""

    name: str
    title: str
    artist: str
    year: str


@dataclass(frozen=True)
class CheckpointCard:
    """``sha256`` is the checkpoint file's; ``architecture`` holds the network's channel counts.

    ``styles[i]`` is painted by row i of every gamma and beta. ``losses`` are the relative losses on
    held-out frames, by ``<style>/<loss>``.
    """

    sha256: str
    architecture: dict[str, int]
    styles: tuple[Painting, ...]
    recipe: dict[str, str] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    licences: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    version: int = VERSION

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(painting.name for painting in self.styles)

    def to_json(self) -> bytes:
        return document.dump(self)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises CheckpointError where there is no readable card of this version at ``path``."""
        try:
            return document.load(cls, path.read_bytes())
        except (OSError, ManifestError) as error:
            raise CheckpointError(f"no usable checkpoint card at {path}: {error}") from error


def card_path(checkpoint: Path) -> Path:
    """Where the card of a checkpoint lies."""
    return checkpoint.with_suffix(".json")
