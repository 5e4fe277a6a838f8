"""The card that lies beside every checkpoint: what it is, what it can paint, how it came to be.

Reading a card needs no PyTorch, so the catalogue and the command line stay light.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Self, TypeVar

from style_pipeline import document
from style_pipeline.errors import CheckpointError, ManifestError

VERSION = 1

AnyPath = TypeVar("AnyPath", bound=PurePath)


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

    ``styles[i]`` is painted by row i of every gamma and beta. ``recipe`` says step by step how they
    were learnt, the warm start first. ``losses`` are the relative losses on held-out frames, by
    ``<style>/<loss>``.
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

    def after(self, step: str, how: str) -> Self:
        """This card with one more step of its recipe: ``"03 training"``, and how it was done."""
        number = len(self.recipe) + 1
        return replace(self, recipe={**self.recipe, f"{number:02d} {step}": how})

    def to_json(self) -> bytes:
        return document.dump(self)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises CheckpointError where there is no readable card of this version at ``path``."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CheckpointError(
                f"no checkpoint card at {path}: {error.strerror}; fetch it with its checkpoint"
            ) from error
        return cls.parse(content, str(path))

    @classmethod
    def parse(cls, content: bytes, name: str) -> Self:
        """The card in ``content``; raises CheckpointError, with ``name``, where it is none."""
        try:
            return document.load(cls, content)
        except ManifestError as error:
            raise CheckpointError(f"{name} is no usable checkpoint card: {error}") from error


def card_path(checkpoint: AnyPath) -> AnyPath:
    """Where the card of a checkpoint lies."""
    return checkpoint.with_suffix(".json")
