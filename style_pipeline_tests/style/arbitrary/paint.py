"""One frame in one style, through the stylizer that the worker uses."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from style_pipeline.look import Look
from style_pipeline.style.arbitrary.networks import StyleTransformer
from style_pipeline.style.strokes import TorchStrokes
from style_pipeline.style.stylizer import Stylizer
from style_pipeline_tests.style.arbitrary.pictures import Pixels

LOOK = Look.parse("painting")


def paint(
    transformer: StyleTransformer, style: Sequence[float] | NDArray[np.float32], frame: Pixels
) -> Pixels:
    """``frame`` [H, W, 3] uint8 in the style of 100 numbers."""
    return Stylizer(TorchStrokes(transformer, torch.tensor(np.asarray(style)).float()), LOOK)(frame)
