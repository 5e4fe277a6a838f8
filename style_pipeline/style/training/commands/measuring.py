"""``score`` and ``optimise``: how good a checkpoint is, and how good a picture can be."""

from dataclasses import replace
from pathlib import Path

import click
from torch import Tensor

from style_pipeline.errors import TrainingError
from style_pipeline.style import checkpoint
from style_pipeline.style.card import CheckpointCard, card_path
from style_pipeline.style.engine import ENGINES, TORCH
from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.training.commands import arguments
from style_pipeline.style.training.commands.arguments import EXISTING
from style_pipeline.style.training.evaluation import control_lines, evaluate, painter
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.optimisation import optimise as optimise_pixels
from style_pipeline.style.training.photographs import open_picture, to_picture, to_tensor

_TOLERANCE = 1.05


@click.command()
@click.argument("file", type=EXISTING)
@arguments.trunk
@arguments.frames
@arguments.targets
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
    network, card = _opened(file)
    judge, losses = Trunk(trunk), dict[str, float]()
    pictures = arguments.pictures(frames)
    targets = [arguments.target(text) for text in paintings]
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


@click.command()
@arguments.trunk
@click.option("--frame", type=EXISTING, required=True, help="The picture to be painted.")
@arguments.targets
@click.option("--evaluations", type=click.IntRange(1), default=120, show_default=True)
@click.option("--checkpoint", "file", type=EXISTING, help="Begin with the picture it paints.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for pictures."
)
def optimise(
    trunk: Path,
    frame: Path,
    paintings: tuple[str, ...],
    evaluations: int,
    file: Path | None,
    out: Path | None,
) -> None:
    """The yardstick: what minutes of direct optimisation of the pixels reach.

    ``levels`` are how far they moved, a root mean square in 8-bit levels.
    """
    judge, source = Trunk(trunk), to_tensor(open_picture(frame))[None]
    for text in paintings:
        name, painting = arguments.target(text)
        start = source if file is None else _painted(file, name, source)
        picture, result = optimise_pixels(source, painting, judge, evaluations, start=start)
        moved = 255 * (picture - start).square().mean().sqrt().item()
        click.echo(f"{name}: {result} levels {moved:.1f}")
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            to_picture(picture[0]).save(out / f"{name}.png")


def _opened(file: Path) -> tuple[StyleNetwork, CheckpointCard]:
    return checkpoint.load(file, CheckpointCard.read(card_path(file)).sha256)


def _painted(file: Path, style: str, source: Tensor) -> Tensor:
    """``source``, [1, 3, H, W] RGB in [0, 1], in a style of the checkpoint in ``file``."""
    network, card = _opened(file)
    return painter(network, card.names.index(style))(source)


def _refuse_worse(known: dict[str, float], found: dict[str, float]) -> None:
    worse = [
        f"{name} {found[name]:.3f}, not {known[name]:.3f}"
        for name in found
        if found[name] > known.get(name, float("inf")) * _TOLERANCE
    ]
    if worse:
        raise TrainingError(f"worse than the card says: {'; '.join(worse)}")
