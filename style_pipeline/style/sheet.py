"""A style sheet: one row per style, its name on the left, then the same frames painted in it.

Needs no PyTorch: pictures come in painted.
"""

import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont, ImageOps

from style_pipeline.errors import ConfigurationError

Picture = Image.Image

SUFFIXES = (".jpg", ".jpeg", ".png")
"""What the file of a sheet may end with, in lower case."""

LABEL_WIDTH = 264
GAP = 8

_AREA = 640 * 360
_LONGEST = 960
_SHOWN = 0.625
_THUMBNAIL = (248, 96)
_INK, _PALE_INK, _PAPER = "#1b1b1b", "#5a5a5a", "#ffffff"
_NAME_SIZE, _LINE_SIZE = 24, 17
_NAME_LETTERS, _LINE_LETTERS = 18, 29
_MOST_LINES = 3
_JPEG_QUALITY = 82
_HIGHEST_JPEG = 65_500


@dataclass(frozen=True)
class Row:
    """``name`` in large letters, ``lines`` below it, a ``painting`` where there is one to show."""

    name: str
    lines: tuple[str, ...]
    pictures: tuple[Picture, ...]
    painting: Picture | None = None


def fit(picture: Picture) -> Picture:
    """``picture`` in the size that it is painted at: 640x360, or as large in another shape."""
    scale = min(1.0, (_AREA / (picture.width * picture.height)) ** 0.5)
    scale = min(scale, _LONGEST / max(picture.size))
    return _scaled(picture, scale)


def from_pixels(pixels: NDArray[np.uint8]) -> Picture:
    """[H, W, 3] uint8 RGB as a picture."""
    return Image.fromarray(pixels)


def draw(rows: Sequence[Row]) -> Picture:
    """The sheet: like-sized pictures below each other, labels left of them."""
    bands = [_band(row) for row in rows]
    size = (max(band.width for band in bands), sum(band.height for band in bands) + GAP)
    sheet = Image.new("RGB", size, _PAPER)
    top = GAP
    for band in bands:
        sheet.paste(band, (0, top))
        top += band.height
    return sheet


def save(sheet: Picture, path: Path) -> None:
    """Write ``sheet`` as what the ending of ``path`` says, JPEG or PNG."""
    if path.suffix.lower() == ".png":
        sheet.save(path, "PNG", optimize=True)
        return
    if sheet.height > _HIGHEST_JPEG:
        raise ConfigurationError("so many styles do not fit one JPEG: name a file that ends in png")
    sheet.save(path, "JPEG", quality=_JPEG_QUALITY, optimize=True)


def _band(row: Row) -> Picture:
    """One row of the sheet, with the gap below it."""
    label = _label(row)
    shown = [_scaled(picture, _SHOWN) for picture in row.pictures]
    height = max(label.height, *(picture.height for picture in shown)) + GAP
    width = LABEL_WIDTH + sum(picture.width + GAP for picture in shown)
    band = Image.new("RGB", (width, height), _PAPER)
    band.paste(label, (0, 0))
    left = LABEL_WIDTH
    for picture in shown:
        band.paste(picture, (left, 0))
        left += picture.width + GAP
    return band


def _label(row: Row) -> Picture:
    """As high as what stands in it."""
    name = _wrapped(row.name, _NAME_LETTERS)
    lines = "\n".join(_wrapped(line, _LINE_LETTERS) for line in row.lines)
    label = Image.new("RGB", (LABEL_WIDTH - GAP, 1000), _PAPER)
    bottom = _write(label, 0, name, _NAME_SIZE, _INK)
    bottom = _write(label, bottom, lines, _LINE_SIZE, _PALE_INK)
    if row.painting is not None:
        thumbnail = ImageOps.contain(row.painting, _THUMBNAIL)
        label.paste(thumbnail, (GAP, bottom))
        bottom += thumbnail.height
    return label.crop((0, 0, label.width, bottom))


def _wrapped(text: str, letters: int) -> str:
    """In lines, and in letters that Pillow's own font has: without accents."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "\n".join(textwrap.wrap(plain, letters, max_lines=_MOST_LINES, placeholder=" ..."))


def _write(label: Picture, top: int, text: str, size: int, ink: str) -> int:
    """Write ``text`` from ``top`` on; where the next thing may begin."""
    pen, font = ImageDraw.Draw(label), ImageFont.load_default(size)
    pen.multiline_text((GAP, top), text, ink, font)
    lines = len(text.splitlines())
    return top + round(lines * size * 1.4) + (GAP if lines else 0)


def _scaled(picture: Picture, scale: float) -> Picture:
    width, height = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)
