"""A margin that is painted and cut off: what the network makes of the right edge is not shown.

Trained networks see where a frame ends on the right, strided convolutions not being symmetrical,
and may draw a narrow upright strip there, like a painting's own edge. A few columns more, the last
one repeated, take the strip with them.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from style_pipeline.style.strokes import Strokes

COLUMNS = 16


def with_margin(paint: Callable[[Tensor], Tensor], source: Tensor) -> Tensor:
    """What ``paint`` makes of ``source``, [N, 3, H, W], shown with a margin that is cut off."""
    wide = functional.pad(source, [0, COLUMNS, 0, 0], mode="replicate")
    return paint(wide)[..., :-COLUMNS]


class MarginStrokes:
    """``strokes`` on frames that are :data:`COLUMNS` wider; see :class:`Strokes`."""

    def __init__(self, strokes: Strokes) -> None:
        self._strokes = strokes

    @property
    def device(self) -> torch.device:
        """Where tensors have to be."""
        return self._strokes.device

    @property
    def notes(self) -> list[str]:
        """What was done otherwise than usual."""
        return self._strokes.notes

    def paint(self, source: Tensor) -> Tensor:
        """See :class:`Strokes`."""
        return with_margin(self._strokes.paint, source)

    def paint_levels(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """See :class:`Strokes`."""
        wide = np.pad(frame, ((0, 0), (0, COLUMNS), (0, 0)), mode="edge")
        return np.ascontiguousarray(self._strokes.paint_levels(wide)[:, :-COLUMNS])
