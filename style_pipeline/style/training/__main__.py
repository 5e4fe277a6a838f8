"""``python -m style_pipeline.style.training``: paintings in, a checkpoint and its card out."""

import time
from dataclasses import replace
from pathlib import Path

import click
import torch

from style_pipeline.errors import ConfigurationError, StylePipelineError
from style_pipeline.style import checkpoint
from style_pipeline.style.card import CheckpointCard, Painting
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.photographs import Photographs, open_painting
from style_pipeline.style.training.trainer import Losses, Recipe, Stage, Trainer
from style_pipeline.style.training.warm_start import SOURCE, warm_start

_SHORT_SIDE = 384


@click.command()
@click.option("--photos", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--trunk", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--warm-start", "start", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--painting",
    "paintings",
    multiple=True,
    required=True,
    metavar="NAME|TITLE|ARTIST|YEAR=FILE",
    help="One style each; give it once per painting.",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="*.safetensors to write.")
@click.option("--state", type=click.Path(path_type=Path), required=True, help="Resumable state.")
@click.option("--stage", "stages", multiple=True, metavar="STEPSxSIDExBATCH")
@click.option("--stability", type=float, default=Recipe.stability_weight, show_default=True)
@click.option("--style-weight", type=float, default=Recipe.style_weight, show_default=True)
@click.option("--seed", type=int, default=Recipe.seed, show_default=True)
@click.option("--threads", type=int, default=2, show_default=True)
def main(
    photos: Path,
    trunk: Path,
    start: Path | None,
    paintings: tuple[str, ...],
    out: Path,
    state: Path,
    stages: tuple[str, ...],
    stability: float,
    style_weight: float,
    seed: int,
    threads: int,
) -> None:
    """Train a style network on PAINTINGS, resuming where --state stands."""
    torch.set_num_threads(threads)
    recipe = replace(
        Recipe(), stability_weight=stability, style_weight=style_weight, seed=seed
    )
    if stages:
        recipe = replace(recipe, stages=tuple(_stage(text) for text in stages))
    named = [_painting(text) for text in paintings]
    photographs = Photographs(photos)
    architecture = Architecture()
    torch.manual_seed(seed)
    if start and not (state / "state.safetensors").exists():
        network = warm_start(start, architecture, len(named), photographs, seed)
    else:
        network = StyleNetwork(architecture, len(named))
    tensors = [open_painting(path, _SHORT_SIDE) for _, path in named]
    trainer = Trainer(network, photographs, tensors, Trunk(trunk), recipe, state)
    trained = trainer.run(_Reporter(recipe))
    card = CheckpointCard(
        sha256="",
        architecture={},
        styles=tuple(painting for painting, _ in named),
        recipe={"training": repr(recipe), "warm start": SOURCE if start else "none"},
    )
    click.echo(f"{out}: {checkpoint.save(out, trained, card).sha256}")


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
        if losses.step % 50 == 0:
            self._print(losses.step)

    def _print(self, step: int) -> None:
        count = len(self._recent)
        content, style, stability = (
            sum(getattr(item, name) for item in self._recent) / count
            for name in ("content", "style", "stability")
        )
        pace = (time.monotonic() - self._begun) / max(1, step - (self._first or 0))
        click.echo(
            f"step {step} of {self._steps}: content {content:.3f} style {style:.3f} "
            f"stability {stability:.5f}, {pace:.2f} s a step, "
            f"{pace * (self._steps - step) / 60:.0f} min left"
        )
        self._recent.clear()


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
