"""``train`` and ``adapt``: a network that learns all paintings at once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor

from style_pipeline.lesson import Recipe
from style_pipeline.style import checkpoint
from style_pipeline.style.card import CheckpointCard, card_path
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.training import samples
from style_pipeline.style.training.commands import arguments
from style_pipeline.style.training.commands.arguments import EXISTING
from style_pipeline.style.training.evaluation import PAINTING_SHORT_SIDE, measure
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.photographs import Photographs, open_painting
from style_pipeline.style.training.reporter import Reporter
from style_pipeline.style.training.teacher import SOURCE, read_teacher
from style_pipeline.style.training.trainer import Trainer
from style_pipeline.style.training.warm_start import warm_start
from style_pipeline.style.training.widening import widened
from style_pipeline.style.vectors import continued, replaced, selected


@click.command()
@arguments.photos
@arguments.trunk
@click.option(
    "--warm-start", "start", type=EXISTING, help="multistyle26.onnx, or a checkpoint of ours."
)
@click.option("--architecture", default="", help="Other channels, as in width=48,deep=96.")
@click.option(
    "--painting", "paintings", multiple=True, required=True, help="NAME|TITLE|ARTIST|YEAR=FILE"
)
@arguments.state
@click.option("--out", type=click.Path(path_type=Path), required=True, help="*.safetensors")
@click.option("--until", type=click.IntRange(1), help="Stop at this step of the recipe.")
@click.option("--only", metavar="NAME", help="Leave the other styles as they are; --body-rate 0.")
@arguments.recipe_options
def train(
    photos: Path,
    trunk: Path,
    start: Path | None,
    architecture: str,
    paintings: tuple[str, ...],
    state: Path,
    out: Path,
    until: int | None,
    only: str | None,
    **options: Any,
) -> None:
    """Train one network for all PAINTINGS; run again, it continues where --state stands."""
    recipe = arguments.recipe(**options)
    named = [arguments.described_painting(text) for text in paintings]
    photographs = Photographs(photos)
    torch.manual_seed(recipe.seed)
    names, shape = [painting.name for painting, _ in named], arguments.architecture(architecture)
    network, origin = _start(start, shape, names, photographs, recipe.seed)
    tensors = [open_painting(path, PAINTING_SHORT_SIDE) for _, path in named]
    rows = [arguments.row(names, only, recipe)] if only else list(range(len(names)))
    learning = selected(network, rows)
    trainer = Trainer(
        learning, photographs, [tensors[row] for row in rows], Trunk(trunk), recipe, state
    )
    described = replace(origin, styles=tuple(painting for painting, _ in named), losses={})
    card = described.after(f"training {only or ''}".strip(), _described(recipe, until))
    crops = photographs.crops(4, 256, 0, 0)

    def draw() -> None:
        (state / "samples.jpg").write_bytes(samples.draw(trainer.network, crops, trainer.history))

    learnt = trainer.run(Reporter(recipe), draw, until)
    saved = checkpoint.save(out, replaced(network, rows, learnt) if only else learnt, card)
    click.echo(f"{out}: {saved.sha256}")


@click.command()
@arguments.photos
@arguments.trunk
@click.option("--network", type=EXISTING, required=True, help="multistyle26.onnx")
@arguments.targets
@arguments.frames
@arguments.state
@arguments.recipe_options
def adapt(
    photos: Path,
    trunk: Path,
    network: Path,
    paintings: tuple[str, ...],
    frames: Path,
    state: Path,
    **options: Any,
) -> None:
    """A yardstick: the 26-style network learns the PAINTINGS with all its weights; its errors."""
    recipe, judge = arguments.recipe(**options), Trunk(trunk)
    targets = [arguments.target(text) for text in paintings]
    teacher = read_teacher(network).with_mean_styles(len(targets))
    tensors = [painting for _, painting in targets]
    trainer = Trainer(teacher, Photographs(photos), tensors, judge, recipe, state)
    learnt, pictures = trainer.run(Reporter(recipe)), arguments.pictures(frames)
    for row, (name, painting) in enumerate(targets):
        only = torch.eye(len(targets))[row : row + 1]

        def paint(frame: Tensor, only: Tensor = only) -> Tensor:
            painted: Tensor = learnt(frame, only)
            return painted

        click.echo(f"{name}: {measure(paint, painting, pictures, judge)}")


def _start(
    start: Path | None,
    shape: Architecture,
    names: list[str],
    photographs: Photographs,
    seed: int,
) -> tuple[StyleNetwork, CheckpointCard]:
    """The network that training begins with, and a card of what is known of it."""
    unknown = CheckpointCard(sha256="", architecture={}, styles=())
    if start is None:
        return StyleNetwork(shape, len(names)), unknown.after("warm start", "none")
    if start.suffix == ".onnx":
        network = warm_start(start, shape, len(names), photographs, seed)
        return network, unknown.after("warm start", SOURCE)
    card = CheckpointCard.read(card_path(start))
    network, card = checkpoint.load(start, card.sha256)
    return widened(continued(network, card.names, names), shape), card


def _described(recipe: Recipe, until: int | None) -> str:
    return f"{recipe!r}" + (f", stopped at step {until}" if until else "")
