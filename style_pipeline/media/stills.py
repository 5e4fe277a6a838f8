"""Single frames as pictures, and contact sheets of them."""

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

LARGEST_SHEET_BYTES = 100_000
_GAP = 4
_LABEL_HEIGHT = 14


def chosen_frames(count: int, wanted: int) -> tuple[int, ...]:
    """Up to ``wanted`` frame numbers, evenly spread over ``count`` frames, never the very ends."""
    wanted = min(wanted, count)
    return tuple((2 * i + 1) * count // (2 * wanted) for i in range(wanted))


def still(picture: NDArray[np.uint8], width: int) -> Image.Image:
    """A frame, [H, W, 3] uint8 RGB, as a picture of ``width`` pixels and an even height."""
    height = max(2, round(picture.shape[0] * width / picture.shape[1] / 2) * 2)
    return Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC)


def contact_sheet(rows: Sequence[Sequence[Image.Image]], labels: Sequence[str]) -> bytes:
    """A JPEG of at most LARGEST_SHEET_BYTES: ``rows`` of like-sized pictures under ``labels``."""
    width, height = rows[0][0].size
    across = len(rows[0]) * (width + _GAP) + _GAP
    down = _LABEL_HEIGHT + len(rows) * (height + _GAP) + _GAP
    sheet = Image.new("RGB", (across, down), "white")
    pen = ImageDraw.Draw(sheet)
    for column, label in enumerate(labels):
        pen.text((_GAP + column * (width + _GAP), 1), label, "black")
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            sheet.paste(
                picture, (_GAP + x * (width + _GAP), _LABEL_HEIGHT + _GAP + y * (height + _GAP))
            )
    return _small_jpeg(sheet)


def _small_jpeg(sheet: Image.Image) -> bytes:
    for quality in (85, 70, 50, 30):
        buffer = BytesIO()
        sheet.save(buffer, "JPEG", quality=quality)
        if buffer.tell() <= LARGEST_SHEET_BYTES:
            return buffer.getvalue()
    return _small_jpeg(sheet.resize((sheet.width // 2, sheet.height // 2)))
