"""One new style on the shipped network: only its scales and shifts are learnt, the body stays.

Learning begins from the known style that is nearest to the painting, which is then half the way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from style_pipeline.lesson import Recipe
from style_pipeline.style import catalogue, checkpoint
from style_pipeline.style.card import CheckpointCard, Painting
from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.training import samples
from style_pipeline.style.training.evaluation import PAINTING_SHORT_SIDE, evaluate
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.photographs import Photographs, open_painting
from style_pipeline.style.training.trainer import STATE, Losses, Trainer
from style_pipeline.style.vectors import restyled

_FRAMES = 3
_FRAME_SIDE = 256


@dataclass(frozen=True)
class Learnt:
    """The checkpoint of one style and its card; errors as the loss module defines them."""

    checkpoint: Path
    card: CheckpointCard
    device: str
    nearest: str
    content: float
    style: float
    style_before: float


class Pupil:
    """Learns ``style`` from the file ``painting``, from where the state in ``folder`` stands.

    ``trunk`` is the VGG-16 file, ``photographs`` a folder or zip, ``base`` the sha256 of the
    shipped checkpoint. Raises UnusablePainting, TrainingError or CheckpointError.
    """

    def __init__(
        self,
        style: str,
        *,
        painting: Path,
        trunk: Path,
        photographs: Path,
        base: str,
        recipe: Recipe,
        folder: Path,
    ) -> None:
        picture = open_painting(painting, PAINTING_SHORT_SIDE)
        network, card = checkpoint.load(catalogue.shipped_checkpoint(), base)
        self._style, self._folder = style, folder
        self._frames = (practice := Photographs(photographs)).crops(_FRAMES, _FRAME_SIDE, 0, 0)
        judge = Trunk(trunk)
        row, self._before = _nearest(network, picture, self._frames, judge)
        self._nearest = card.names[row]
        alone = restyled(network, lambda _name, old: old[row : row + 1]).requires_grad_(True)
        self._trainer = Trainer(alone, practice, [picture], judge, recipe, folder)

    @property
    def state(self) -> Path:
        """The file from which a stopped lesson goes on."""
        return self._folder / STATE

    @property
    def steps_done(self) -> int:
        """How many steps an earlier attempt has done."""
        return self._trainer.step

    def samples(self) -> bytes:
        """A JPEG of what has been learnt so far."""
        return samples.draw(self._trainer.network, self._frames, self._trainer.history)

    def learn(self, on_step: Callable[[int], None], on_saved: Callable[[], None]) -> Learnt:
        """Learn to the recipe's end; ``on_step`` is told each step's number."""
        network = self._trainer.run(lambda losses: on_step(losses.step), on_saved)
        last: Losses = self._trainer.history[-1]
        path = self._folder / "checkpoint.safetensors"
        card = checkpoint.save(path, network.cpu(), self._card())
        return Learnt(
            checkpoint=path,
            card=card,
            device=str(self._trainer.device),
            nearest=self._nearest,
            content=last.content,
            style=last.style,
            style_before=self._before,
        )

    def _card(self) -> CheckpointCard:
        shipped = catalogue.shipped_card()
        card = CheckpointCard(
            sha256="",
            architecture={},
            styles=(Painting(self._style, self._style, "", ""),),
            licences=("painting: its owner's", *shipped.licences),
        )
        begun = card.after("warm start", f"{self._nearest} of checkpoint {shipped.sha256}")
        return begun.after("training", repr(self._trainer.recipe))


def _nearest(
    network: StyleNetwork, painting: Tensor, frames: Tensor, judge: Trunk
) -> tuple[int, float]:
    """The row of the known style whose pictures are most like ``painting``, and their error."""
    with torch.no_grad():
        errors = [
            evaluate(network, row, painting, list(frames), judge).style
            for row in range(network.styles)
        ]
    row = min(range(len(errors)), key=errors.__getitem__)
    return row, errors[row]
