"""What the commands of training and measuring are told, and how it is written."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import reduce
from pathlib import Path
from typing import Any

import click
from torch import Tensor

from style_pipeline.errors import ConfigurationError
from style_pipeline.lesson import Recipe, Stage
from style_pipeline.style.card import Painting
from style_pipeline.style.network import Architecture
from style_pipeline.style.training.evaluation import PAINTING_SHORT_SIDE
from style_pipeline.style.training.photographs import open_painting, open_picture, to_tensor

EXISTING = click.Path(path_type=Path, exists=True)

trunk = click.option("--trunk", type=EXISTING, required=True, help="VGG-16 weights, safetensors.")
photos = click.option("--photos", type=EXISTING, required=True, help="Folder of photographs.")
frames = click.option(
    "--frames", type=EXISTING, required=True, help="Folder of frames never trained on."
)
targets = click.option("--painting", "paintings", multiple=True, required=True, help="NAME=FILE")
state = click.option(
    "--state", type=click.Path(path_type=Path), required=True, help="Folder of its state."
)

_RECIPE = (
    click.option("--stage", "stages", multiple=True, help="STEPSxSIDExBATCH; may be repeated."),
    click.option("--stability", type=float, default=Recipe.stability_weight, show_default=True),
    click.option("--content-weight", type=float, default=Recipe.content_weight, show_default=True),
    click.option("--style-weight", type=float, default=Recipe.style_weight, show_default=True),
    click.option("--vector-rate", type=float, default=Recipe.vector_rate, show_default=True),
    click.option("--body-rate", type=float, default=Recipe.body_rate, show_default=True),
    click.option("--seed", type=int, default=Recipe.seed, show_default=True),
)


def recipe_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that :func:`recipe` reads."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(_RECIPE), command)


def recipe(stages: tuple[str, ...], stability: float, **numbers: Any) -> Recipe:
    """The recipe that the options describe; ``numbers`` are fields of it.

    Raises ConfigurationError for a stage that is not written as STEPSxSIDExBATCH.
    """
    chosen = Recipe(stability_weight=stability, **numbers)
    return replace(chosen, stages=tuple(map(stage, stages))) if stages else chosen


def stage(text: str) -> Stage:
    """``7000x192x2``: steps, side of a crop in pixels, crops in a step."""
    try:
        steps, side, batch = (int(part) for part in text.split("x"))
    except ValueError:
        raise ConfigurationError(f"--stage {text!r} is not STEPSxSIDExBATCH") from None
    return Stage(steps, side, batch)


def architecture(text: str) -> Architecture:
    """``width=48,deep=96``: channels and blocks that differ from the shipped network's."""
    numbers = asdict(Architecture())
    for part in filter(None, text.split(",")):
        name, _, number = part.partition("=")
        if name not in numbers or not number.isdigit():
            raise ConfigurationError(f"--architecture {part!r} is not {'|'.join(numbers)}=NUMBER")
        numbers[name] = int(number)
    return Architecture(**numbers)


def described_painting(text: str) -> tuple[Painting, Path]:
    """``NAME|TITLE|ARTIST|YEAR=FILE``"""
    description, _, file = text.rpartition("=")
    parts = description.split("|")
    if len(parts) != 4:
        raise ConfigurationError(f"--painting {text!r} is not NAME|TITLE|ARTIST|YEAR=FILE")
    return Painting(*parts), Path(file)


def row(names: Sequence[str], only: str, recipe: Recipe) -> int:
    """Where ``only`` stands among the styles; their body must stay as it is, for the others."""
    if only not in names or recipe.body_rate:
        raise ConfigurationError(f"--only takes one of {', '.join(names)}, and --body-rate 0")
    return names.index(only)


def target(text: str) -> tuple[str, Tensor]:
    """``NAME=FILE``, and the painting in that file, at the size at which it is measured."""
    name, _, path = text.partition("=")
    return name, open_painting(Path(path), PAINTING_SHORT_SIDE)


def pictures(folder: Path) -> list[Tensor]:
    """Every picture of a folder, [3, H, W] each, by name."""
    return [to_tensor(open_picture(path)) for path in sorted(folder.iterdir())]
