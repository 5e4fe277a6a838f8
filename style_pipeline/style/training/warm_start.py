"""A head start from a trained network, since training from scratch takes hours on a CPU.

The first and last residual blocks of the 26-style network are taken over; its stem and tail, which
cost more than half of its arithmetic, are replaced by cheap ones that first learn to imitate them.
"""

from pathlib import Path

import torch

from style_pipeline.errors import TrainingError
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.training.photographs import Photographs
from style_pipeline.style.training.teacher import BLOCKS, Teacher, read_teacher
from style_pipeline.style.vectors import restyled


def warm_start(
    path: Path, architecture: Architecture, styles: int, photographs: Photographs, seed: int
) -> StyleNetwork:
    """A network of ``styles`` equal styles that paints nearly as the teacher's mean style does."""
    if architecture.width != 32 or architecture.blocks > BLOCKS:
        raise TrainingError(f"the warm start fits width 32 and at most {BLOCKS} blocks")
    teacher = read_teacher(path).with_mean_styles(1).requires_grad_(False)
    network = StyleNetwork(architecture, 1)
    outer = architecture.blocks // 2
    taken = [*teacher.blocks[:outer], *teacher.blocks[outer - architecture.blocks :]]
    for mine, theirs in zip(network.blocks, taken, strict=True):
        mine.load_state_dict(theirs.state_dict())
    _imitate(network, teacher, photographs, seed)
    return restyled(network, lambda _name, vector: vector.repeat(styles, 1))


def _imitate(
    network: StyleNetwork, teacher: Teacher, photographs: Photographs, seed: int, steps: int = 400
) -> None:
    """Teach our stem the teacher's features, and our tail the teacher's pictures."""
    only = torch.ones(4, 1)
    parts = [*network.stem.parameters(), *network.rise.parameters(), *network.output.parameters()]
    optimiser = torch.optim.Adam(parts, lr=4e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        crops = photographs.crops(4, 128, seed, step)
        with torch.no_grad():
            wanted = teacher.encode(crops, only)
            picture = teacher.paint(wanted, only)
        features = network.encode(crops, only)
        stem = (features - wanted).square().mean() / wanted.square().mean()
        tail = (network.paint(wanted, only) - picture).square().mean() / picture.var()
        optimiser.zero_grad()
        (stem + tail).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
