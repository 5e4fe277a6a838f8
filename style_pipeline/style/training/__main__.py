"""``python -m style_pipeline.style.training train|score|optimise``: learn, and measure."""

from dataclasses import replace
from pathlib import Path

import click
import torch
from torch import Tensor

from style_pipeline.errors import ConfigurationError, StylePipelineError, TrainingError
from style_pipeline.lesson import Recipe, Stage
from style_pipeline.style import checkpoint
from style_pipeline.style.card import CheckpointCard, Painting, card_path
from style_pipeline.style.engine import ENGINES, TORCH
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.training import samples
from style_pipeline.style.training.evaluation import PAINTING_SHORT_SIDE, control_lines, evaluate
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.optimisation import optimise as optimise_pixels
from style_pipeline.style.training.photographs import (
    Photographs,
    open_painting,
    open_picture,
    to_picture,
    to_tensor,
)
from style_pipeline.style.training.reporter import Reporter
from style_pipeline.style.training.trainer import Trainer
from style_pipeline.style.training.warm_start import SOURCE, warm_start
from style_pipeline.style.vectors import continued

_TOLERANCE = 1.05

EXISTING = click.Path(path_type=Path, exists=True)


@click.group()
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
def main(threads: int) -> None:
    """Train style networks, and measure them."""
    torch.set_num_threads(threads)


@main.command()
@click.option("--photos", type=EXISTING, required=True, help="Folder of photographs.")
@click.option("--trunk", type=EXISTING, required=True, help="VGG-16 weights, safetensors.")
@click.option(
    "--warm-start", "start", type=EXISTING, help="multistyle26.onnx, or a checkpoint of ours."
)
@click.option(
    "--painting", "paintings", multiple=True, required=True, help="NAME|TITLE|ARTIST|YEAR=FILE"
)
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of its state and samples.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="*.safetensors")
@click.option("--stage", "stages", multiple=True, help="STEPSxSIDExBATCH; may be repeated.")
@click.option("--stability", type=float, default=Recipe.stability_weight, show_default=True)
@click.option("--until", type=click.IntRange(1), help="Stop at this step of the recipe.")
@click.option("--content-weight", type=float, default=Recipe.content_weight, show_default=True)
@click.option("--style-weight", type=float, default=Recipe.style_weight, show_default=True)
@click.option("--vector-rate", type=float, default=Recipe.vector_rate, show_default=True)
@click.option("--body-rate", type=float, default=Recipe.body_rate, show_default=True)
@click.option("--seed", type=int, default=Recipe.seed, show_default=True)
def train(
    photos: Path,
    trunk: Path,
    start: Path | None,
    paintings: tuple[str, ...],
    state: Path,
    out: Path,
    stages: tuple[str, ...],
    until: int | None,
    stability: float,
    content_weight: float,
    style_weight: float,
    vector_rate: float,
    body_rate: float,
    seed: int,
) -> None:
    """Train one network for all PAINTINGS; run again, it continues where --state stands."""
    recipe = Recipe(
        stability_weight=stability,
        content_weight=content_weight,
        style_weight=style_weight,
        vector_rate=vector_rate,
        body_rate=body_rate,
        seed=seed,
    )
    if stages:
        recipe = replace(recipe, stages=tuple(_stage(text) for text in stages))
    named = [_painting(text) for text in paintings]
    photographs = Photographs(photos)
    torch.manual_seed(seed)
    names = [painting.name for painting, _ in named]
    network, origin = _start(start, names, photographs, seed)
    tensors = [open_painting(path, PAINTING_SHORT_SIDE) for _, path in named]
    trainer = Trainer(network, photographs, tensors, Trunk(trunk), recipe, state)
    card = replace(
        origin,
        styles=tuple(painting for painting, _ in named),
        recipe={"training": _described(recipe, until), **origin.recipe},
        losses={},
    )
    frames = photographs.crops(4, 256, 0, 0)

    def draw() -> None:
        (state / "samples.jpg").write_bytes(samples.draw(trainer.network, frames, trainer.history))

    saved = checkpoint.save(out, trainer.run(Reporter(recipe), draw, until), card)
    click.echo(f"{out}: {saved.sha256}")


@main.command()
@click.argument("file", type=EXISTING)
@click.option("--trunk", type=EXISTING, required=True, help="VGG-16 weights, safetensors.")
@click.option("--frames", type=EXISTING, required=True, help="Folder of frames never trained on.")
@click.option("--painting", "paintings", multiple=True, required=True, help="NAME=FILE")
@click.option("--write", is_flag=True, help="Keep the numbers in the checkpoint's card.")
@click.option("--check", is_flag=True, help="Fail where a number is worse than the card's by 5 %.")
@click.option("--controls", is_flag=True, help="Measure strengths and blends as well.")
@click.option("--engine", type=click.Choice(ENGINES), default=TORCH, show_default=True)
def score(
    file: Path,
    trunk: Path,
    frames: Path,
    paintings: tuple[str, ...],
    write: bool,
    check: bool,
    controls: bool,
    engine: str,
) -> None:
    """Relative content and style errors of a checkpoint FILE on held-out frames."""
    card = CheckpointCard.read(card_path(file))
    network, _ = checkpoint.load(file, card.sha256)
    judge, losses = Trunk(trunk), dict[str, float]()
    pictures = [to_tensor(open_picture(path)) for path in sorted(frames.iterdir())]
    targets = [_target(text) for text in paintings]
    for name, painting in targets:
        result = evaluate(network, card.names.index(name), painting, pictures, judge, engine)
        click.echo(f"{name}: {result}")
        losses |= {f"{name}/content": result.content, f"{name}/style": result.style}
    if controls:
        for line in control_lines(network, card.names, targets, pictures, judge):
            click.echo(line)
    if check:
        _refuse_worse(card.losses, losses)
    if write:
        rounded = {key: round(value, 4) for key, value in losses.items()}
        card_path(file).write_bytes(replace(card, losses=rounded).to_json())


@main.command()
@click.option("--trunk", type=EXISTING, required=True, help="VGG-16 weights, safetensors.")
@click.option("--frame", type=EXISTING, required=True, help="The picture to be painted.")
@click.option("--painting", "paintings", multiple=True, required=True, help="NAME=FILE")
@click.option("--evaluations", type=click.IntRange(1), default=120, show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for pictures."
)
def optimise(
    trunk: Path, frame: Path, paintings: tuple[str, ...], evaluations: int, out: Path | None
) -> None:
    """The yardstick: what minutes of direct optimisation of the pixels reach."""
    judge, source = Trunk(trunk), to_tensor(open_picture(frame))[None]
    for text in paintings:
        name, painting = _target(text)
        picture, result = optimise_pixels(source, painting, judge, evaluations)
        click.echo(f"{name}: {result}")
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            to_picture(picture[0]).save(out / f"{name}.png")


def _target(text: str) -> tuple[str, Tensor]:
    name, _, path = text.partition("=")
    return name, open_painting(Path(path), PAINTING_SHORT_SIDE)


def _refuse_worse(known: dict[str, float], found: dict[str, float]) -> None:
    worse = [
        f"{name} {found[name]:.3f}, not {known[name]:.3f}"
        for name in found
        if found[name] > known.get(name, float("inf")) * _TOLERANCE
    ]
    if worse:
        raise TrainingError(f"worse than the card says: {'; '.join(worse)}")


def _start(
    start: Path | None, names: list[str], photographs: Photographs, seed: int
) -> tuple[StyleNetwork, CheckpointCard]:
    """The network that training begins with, and a card of what is known of it."""
    unknown = CheckpointCard(sha256="", architecture={}, styles=())
    if start is None:
        network = StyleNetwork(Architecture(), len(names))
        return network, replace(unknown, recipe={"warm start": "none"})
    if start.suffix == ".onnx":
        network = warm_start(start, Architecture(), len(names), photographs, seed)
        return network, replace(unknown, recipe={"warm start": SOURCE})
    card = CheckpointCard.read(card_path(start))
    network, card = checkpoint.load(start, card.sha256)
    before = {f"before: {what}": text for what, text in card.recipe.items()}
    return continued(network, card.names, names), replace(card, recipe=before)


def _described(recipe: Recipe, until: int | None) -> str:
    return f"{recipe!r}" + (f", stopped at step {until}" if until else "")


def _stage(text: str) -> Stage:
    try:
        steps, side, batch = (int(part) for part in text.split("x"))
    except ValueError:
        raise ConfigurationError(f"--stage {text!r} is not STEPSxSIDExBATCH") from None
    return Stage(steps, side, batch)


def _painting(text: str) -> tuple[Painting, Path]:
    description, _, file = text.rpartition("=")
    parts = description.split("|")
    if len(parts) != 4:
        raise ConfigurationError(f"--painting {text!r} is not NAME|TITLE|ARTIST|YEAR=FILE")
    return Painting(*parts), Path(file)


if __name__ == "__main__":
    try:
        main()
    except StylePipelineError as error:
        click.echo(f"error: {error}", err=True)
        raise SystemExit(error.exit_code) from None
