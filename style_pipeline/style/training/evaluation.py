"""How good a network is on frames it has never seen, in the numbers of the loss module."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from style_pipeline.style.controls import mix
from style_pipeline.style.engine import TORCH
from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.stylizer import Workbench
from style_pipeline.style.training.loss import Trunk, content_loss, gram, style_loss
from style_pipeline.style.vectors import blended

PAINTING_SHORT_SIDE = 320
STYLE_WEIGHT = 10.0
_STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)

Paint = Callable[[Tensor], Tensor]
"""[1, 3, H, W] RGB in [0, 1], in and out."""


@dataclass(frozen=True)
class Score:
    """Mean relative errors over the frames; ``total`` weighs style ten times."""

    content: float
    style: float

    @property
    def total(self) -> float:
        return self.content + STYLE_WEIGHT * self.style

    def __str__(self) -> str:
        return f"content {self.content:.3f} style {self.style:.4f} total {self.total:.3f}"


def evaluate(
    network: StyleNetwork,
    style: int,
    painting: Tensor,
    frames: Sequence[Tensor],
    trunk: Trunk,
    engine: str = TORCH,
) -> Score:
    """Score one style of ``network``, as ``engine`` computes it.

    ``painting``: [1, 3, H, W], its shorter side PAINTING_SHORT_SIDE pixels; ``frames``: [3, H, W]
    each; all RGB in [0, 1].
    """
    return measure(painter(network, style, engine), painting, frames, trunk)


def painter(network: StyleNetwork, style: int, engine: str = TORCH) -> Paint:
    """One style of ``network``, painting as videos are painted."""
    workbench = Workbench(torch.get_num_threads(), engine=engine)
    return workbench.strokes(blended([(network, style, 1.0)])).paint


@torch.no_grad()
def measure(paint: Paint, painting: Tensor, frames: Sequence[Tensor], trunk: Trunk) -> Score:
    """Score whatever paints; the rest as for :func:`evaluate`."""
    grams = [gram(activation) for activation in trunk(painting)]
    contents, styles = [], []
    for frame in frames:
        seen = trunk(paint(frame[None]))
        contents.append(content_loss(seen, trunk(frame[None])).item())
        styles.append(style_loss(seen, grams).item())
    return Score(sum(contents) / len(contents), sum(styles) / len(styles))


def control_lines(
    network: StyleNetwork,
    names: Sequence[str],
    targets: Sequence[tuple[str, Tensor]],
    frames: Sequence[Tensor],
    trunk: Trunk,
) -> Iterator[str]:
    """What strength and blending do to the style errors, a line each.

    More strength must bring a picture nearer to its painting, and a blend must lie between.
    """
    for name, painting in targets:
        weights = _row(names.index(name), network.styles)
        errors = [
            measure(_mixed(network, weights, strength), painting, frames, trunk).style
            for strength in _STRENGTHS
        ]
        steps = ", ".join(f"{s:g}: {e:.3f}" for s, e in zip(_STRENGTHS, errors, strict=True))
        yield f"{name} by strength: {steps}"
    for (one, painting), (other, _) in pairwise(targets):
        first, second = (_row(names.index(name), network.styles) for name in (one, other))
        errors = [
            measure(
                _mixed(network, torch.lerp(first, second, share), 1.0), painting, frames, trunk
            ).style
            for share in (0.0, 0.5, 1.0)
        ]
        yield f"{one} with 0, 50, 100 % of {other}: " + ", ".join(f"{e:.3f}" for e in errors)


def _mixed(network: StyleNetwork, weights: Tensor, strength: float) -> Paint:
    return lambda frame: mix(frame, network(frame, weights), strength)


def _row(style: int, styles: int) -> Tensor:
    return torch.nn.functional.one_hot(torch.tensor([style]), styles).float()
