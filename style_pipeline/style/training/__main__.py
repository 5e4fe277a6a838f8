"""``python -m style_pipeline.style.training train|score``: paintings in, a checkpoint out."""

import time
from dataclasses import replace
from pathlib import Path

import click
import torch

from style_pipeline.errors import ConfigurationError, StylePipelineError
from style_pipeline.style import checkpoint
from style_pipeline.style.card import CheckpointCard, Painting, card_path
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.training.evaluation import PAINTING_SHORT_SIDE, evaluate
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.photographs import (
    Photographs,
    open_painting,
    open_picture,
    to_tensor,
)
from style_pipeline.style.training.trainer import Losses, Recipe, Stage, Trainer
from style_pipeline.style.training.warm_start import SOURCE, warm_start
from style_pipeline.style.vectors import continued

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
@click.option("--state", type=click.Path(path_type=Path), required=True, help="Resumable state.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="*.safetensors")
@click.option("--stage", "stages", multiple=True, help="STEPSxSIDExBATCH; may be repeated.")
@click.option("--stability", type=float, default=Recipe.stability_weight, show_default=True)
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
    stability: float,
    style_weight: float,
    vector_rate: float,
    body_rate: float,
    seed: int,
) -> None:
    """Train one network for all PAINTINGS; run again, it continues where --state stands."""
    recipe = Recipe(
        stability_weight=stability,
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
    card = CheckpointCard(
        sha256="",
        architecture={},
        styles=tuple(painting for painting, _ in named),
        recipe={"training": repr(recipe), "warm start": origin},
    )
    saved = checkpoint.save(out, trainer.run(_Reporter(recipe)), card)
    click.echo(f"{out}: {saved.sha256}")


@main.command()
@click.argument("file", type=EXISTING)
@click.option("--trunk", type=EXISTING, required=True, help="VGG-16 weights, safetensors.")
@click.option("--frames", type=EXISTING, required=True, help="Folder of frames never trained on.")
@click.option("--painting", "paintings", multiple=True, required=True, help="NAME=FILE")
@click.option("--write", is_flag=True, help="Keep the numbers in the checkpoint's card.")
def score(file: Path, trunk: Path, frames: Path, paintings: tuple[str, ...], write: bool) -> None:
    """Relative content and style errors of a checkpoint FILE on held-out frames."""
    card = CheckpointCard.read(card_path(file))
    network, _ = checkpoint.load(file, card.sha256)
    judge, losses = Trunk(trunk), dict[str, float]()
    pictures = [to_tensor(open_picture(path)) for path in sorted(frames.iterdir())]
    for text in paintings:
        name, _, path = text.partition("=")
        painting = open_painting(Path(path), PAINTING_SHORT_SIDE)
        result = evaluate(network, card.names.index(name), painting, pictures, judge)
        click.echo(
            f"{name}: content {result.content:.3f} style {result.style:.4f} "
            f"total {result.total:.3f}"
        )
        losses |= {f"{name}/content": result.content, f"{name}/style": result.style}
    if write:
        rounded = {key: round(value, 4) for key, value in losses.items()}
        card_path(file).write_bytes(replace(card, losses=rounded).to_json())


class _Reporter:
    """Prints a line of running means now and then."""

    def __init__(self, recipe: Recipe) -> None:
        self._steps = recipe.steps
        self._begun = time.monotonic()
        self._first: int | None = None
        self._recent: list[Losses] = []

    def __call__(self, losses: Losses) -> None:
        self._first = self._first or losses.step
        self._recent.append(losses)
        if losses.step % 50 == 0 or losses.step == self._steps:
            self._print(losses.step)

    def _print(self, step: int) -> None:
        content, style, stability = (
            sum(getattr(item, name) for item in self._recent) / len(self._recent)
            for name in ("content", "style", "stability")
        )
        pace = (time.monotonic() - self._begun) / max(1, step - (self._first or 0))
        click.echo(
            f"step {step} of {self._steps}: content {content:.3f} style {style:.3f} "
            f"stability {stability:.5f}, {pace:.2f} s a step, "
            f"{pace * (self._steps - step) / 60:.0f} min left"
        )
        self._recent.clear()


def _start(
    start: Path | None, names: list[str], photographs: Photographs, seed: int
) -> tuple[StyleNetwork, str]:
    """The network that training begins with, and where it comes from."""
    if start is None:
        return StyleNetwork(Architecture(), len(names)), "none"
    if start.suffix == ".onnx":
        return warm_start(start, Architecture(), len(names), photographs, seed), SOURCE
    card = CheckpointCard.read(card_path(start))
    network, card = checkpoint.load(start, card.sha256)
    return continued(network, card.names, names), f"checkpoint {card.sha256}"


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
