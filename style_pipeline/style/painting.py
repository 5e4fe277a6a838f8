"""A picture that shall become a style: one that can be opened, and shows more than one colour."""

from pathlib import Path

import numpy as np
from PIL import Image

from style_pipeline.errors import UnusablePainting, UnusablePicture
from style_pipeline.style.picture import open_picture

_ONE_COLOUR = 2


def open_painting(path: Path) -> Image.Image:
    """The painting as :func:`style_pipeline.style.picture.open_picture` gives it.

    Raises UnusablePainting where that is refused, or is of one colour.
    """
    try:
        picture = open_picture(path)
    except UnusablePicture as error:
        raise UnusablePainting(str(error)) from error
    _refuse_one_colour(path, picture)
    return picture


def _refuse_one_colour(path: Path, picture: Image.Image) -> None:
    ranges = np.ptp(np.asarray(picture.reduce(max(1, min(picture.size) // 64))), axis=(0, 1))
    if ranges.max() <= _ONE_COLOUR:
        raise UnusablePainting(
            f"the painting {path.name} has one colour: it shows no style to paint in"
        )
