"""How good a network is on frames it has never seen, in the numbers of the loss module."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.training.loss import Trunk, content_loss, gram, style_loss

PAINTING_SHORT_SIDE = 320
STYLE_WEIGHT = 10.0


@dataclass(frozen=True)
class Score:
    """Mean relative errors over the frames; ``total`` weighs style ten times."""

    content: float
    style: float

    @property
    def total(self) -> float:
        return self.content + STYLE_WEIGHT * self.style


@torch.no_grad()
def evaluate(
    network: StyleNetwork, style: int, painting: Tensor, frames: Sequence[Tensor], trunk: Trunk
) -> Score:
    """Score one style of ``network``.

    ``painting``: [1, 3, H, W], its shorter side PAINTING_SHORT_SIDE pixels; ``frames``: [3, H, W]
    each; all RGB in [0, 1].
    """
    grams = [gram(activation) for activation in trunk(painting)]
    weights = torch.nn.functional.one_hot(torch.tensor([style]), network.styles).float()
    contents, styles = [], []
    for frame in frames:
        seen = trunk(network(frame[None], weights))
        contents.append(content_loss(seen, trunk(frame[None])).item())
        styles.append(style_loss(seen, grams).item())
    return Score(sum(contents) / len(contents), sum(styles) / len(styles))
