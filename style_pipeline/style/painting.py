"""A picture that shall become a style, checked before it is decoded. Needs no PyTorch."""

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from style_pipeline.errors import UnusablePainting

SMALLEST_SIDE = 32
LARGEST_SIDE = 16_384

# Formats that Pillow decodes itself; others (EPS, for one) would start a program.
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_ENOUGH = 1024  # pixels a side: no style is learnt from more, so large photographs decode faster
_ONE_COLOUR = 2
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)


def open_painting(path: Path) -> Image.Image:
    """The painting in RGB, upright, what is transparent in it white.

    Its size is checked before its pixels are decoded. Raises UnusablePainting where the file is
    missing, not an image, damaged, a decompression bomb, smaller than 32 or larger than 16,384
    pixels a side, or of one colour.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _decoded(path)
    except _BOMBS as error:
        raise UnusablePainting(
            f"the painting {path.name} has more than {Image.MAX_IMAGE_PIXELS:,} pixels: shrink it"
        ) from error
    except UnusablePainting:
        raise
    except _DAMAGE as error:
        raise UnusablePainting(_reason(path, error)) from error
    _refuse_one_colour(path, picture)
    return picture


def _decoded(path: Path) -> Image.Image:
    with Image.open(path, formats=_FORMATS) as image:
        _refuse_size(path, *image.size)
        if image.format == "JPEG":
            image.draft("RGB", (_ENOUGH, _ENOUGH))
        return _opaque(ImageOps.exif_transpose(image))


def _opaque(image: Image.Image) -> Image.Image:
    """RGB; what is transparent lies on white."""
    if image.mode == "RGB":
        image.load()
        return image
    if image.mode.startswith("I"):  # 16-bit greys
        image = image.point(lambda grey: grey / 257).convert("L")
    painted = image.convert("RGBA")
    canvas = Image.new("RGBA", painted.size, "white")
    return Image.alpha_composite(canvas, painted).convert("RGB")


def _refuse_size(path: Path, width: int, height: int) -> None:
    if min(width, height) < SMALLEST_SIDE:
        raise UnusablePainting(
            f"the painting {path.name} is {width}x{height}: at least {SMALLEST_SIDE} pixels a side "
            "are needed to see a style"
        )
    if max(width, height) > LARGEST_SIDE:
        raise UnusablePainting(
            f"the painting {path.name} is {width}x{height}: shrink it to at most "
            f"{LARGEST_SIDE:,} pixels a side"
        )


def _refuse_one_colour(path: Path, picture: Image.Image) -> None:
    ranges = np.ptp(np.asarray(picture.reduce(max(1, min(picture.size) // 64))), axis=(0, 1))
    if ranges.max() <= _ONE_COLOUR:
        raise UnusablePainting(
            f"the painting {path.name} has one colour: it shows no style to paint in"
        )


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return f"{path.name} is not a picture that can be read: give one as JPEG, PNG, WebP or TIFF"
    if isinstance(error, OSError) and error.strerror:
        return f"the painting {path} cannot be read: {error.strerror}"
    cause = " ".join(str(error).split()) or type(error).__name__
    return f"the painting {path.name} is damaged ({cause}): save or fetch it again"
