"""Flicker: what changes in a painted video where its source only moves.

The temporal warping error of Lai, Huang, Wang, Shechtman, Yumer, Yang: Learning Blind Video
Temporal Consistency, ECCV 2018, after Ruder, Dosovitskiy, Brox: Artistic Style Transfer for Videos,
GCPR 2016. Each frame is carried along the source's motion to the next one, and compared with it
where the motion is believed. Two things differ from the papers: absolute differences instead of
squares, so that the unit is a level of an 8-bit picture; and the source's own error, its noise and
light, is subtracted, since a faithful painting has it too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from style_pipeline import cancellation
from style_pipeline.quality.motion import Mask, MotionFinder, Picture, fitted

LONGEST_SIDE = 640
"""Pixels; larger pictures are measured in this size: the flow of 4K costs no more."""

LARGEST_CHANGE = 32.0
"""Levels; where the source itself changes more, its motion is not believed."""

SMALLEST_PART = 0.25
"""Of a frame must be believed; where less is, the scene was cut."""


class Moment(NamedTuple):
    """The same frame in the source and painted."""

    source: Picture
    painted: Picture


@dataclass(frozen=True)
class FlickerScore:
    """The mean over ``pairs`` of consecutive frames; ``cuts`` more were left out as scene cuts.

    ``painted`` and ``source`` are the warping errors of the two videos, mean absolute differences
    over pixels and channels, in 8-bit levels (0 to 255); 0 where there was no pair.
    """

    pairs: int = 0
    cuts: int = 0
    painted: float = 0.0
    source: float = 0.0

    @property
    def levels(self) -> float | None:
        """The flicker that painting added; None where no pair could be measured."""
        return max(0.0, self.painted - self.source) if self.pairs else None


def flicker(runs: Iterable[Iterable[Moment]], threads: int = 1) -> FlickerScore:
    """The score over ``runs`` of consecutive frames; two frames of each thread's run are in memory.

    Pictures are [H, W, 3] uint8 RGB. The score does not depend on ``threads``. Raises MediaError
    where pictures are too small to have a motion.
    """
    with cancellation.threads(threads) as workers:
        errors = [pair for pairs in workers.map(_errors_of, runs) for pair in pairs]
    measured = [pair for pair in errors if pair is not None]
    if not measured:
        return FlickerScore(cuts=len(errors))
    painted, source = (float(mean) for mean in np.mean(measured, axis=0))
    return FlickerScore(len(measured), len(errors) - len(measured), painted, source)


def _errors_of(run: Iterable[Moment]) -> list[tuple[float, float] | None]:
    finder = MotionFinder()
    moments = (_bounded(moment) for moment in run)
    return [_errors(finder, before, after) for before, after in pairwise(moments)]


def _errors(finder: MotionFinder, before: Moment, after: Moment) -> tuple[float, float] | None:
    """The warping errors of painting and source, in levels; None for a scene cut."""
    cancellation.check()
    motion = finder.between(before.source, after.source)
    source = motion.change(before.source, after.source)
    believed = motion.believed & (source <= LARGEST_CHANGE)
    if believed.mean() < SMALLEST_PART:
        return None
    painted = motion.change(before.painted, after.painted)
    return _mean(painted, believed), _mean(source, believed)


def _mean(change: NDArray[np.float32], where: Mask) -> float:
    return float(change[where].mean(dtype=np.float64))


def _bounded(moment: Moment) -> Moment:
    """Both pictures in the size of the source's, or smaller."""
    height, width = moment.source.shape[:2]
    scale = min(1.0, LONGEST_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return Moment(*(fitted(picture, *size) for picture in moment))
