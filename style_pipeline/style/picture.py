"""A picture from a stranger, checked before it is decoded. Needs no PyTorch."""

import struct
import warnings
import zlib
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from style_pipeline.errors import UnusablePicture

SMALLEST_SIDE = 32
LARGEST_SIDE = 16_384

# Formats that Pillow decodes itself; others (EPS, for one) would start a program.
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_ENOUGH = 1024  # pixels a side: nobody looks at more, so large photographs decode faster
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)


def open_picture(path: Path) -> Image.Image:
    """The picture in RGB, upright, what is transparent in it white.

    Its size is checked before its pixels are decoded. Raises UnusablePicture where the file is
    missing, not an image, damaged, a decompression bomb, or smaller than 32 or larger than
    16,384 pixels a side.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decoded(path)
    except _BOMBS as error:
        raise UnusablePicture(
            f"{path.name} has more than {Image.MAX_IMAGE_PIXELS:,} pixels: shrink it"
        ) from error
    except UnusablePicture:  # a ValueError too, which would count as damage
        raise
    except _DAMAGE as error:
        raise UnusablePicture(_reason(path, error)) from error


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
        raise UnusablePicture(
            f"{path.name} is {width}x{height}: at least {SMALLEST_SIDE} pixels a side are needed"
        )
    if max(width, height) > LARGEST_SIDE:
        raise UnusablePicture(
            f"{path.name} is {width}x{height}: shrink it to at most {LARGEST_SIDE:,} pixels a side"
        )


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return f"{path.name} is not a picture that can be read: give one as JPEG, PNG, WebP or TIFF"
    if isinstance(error, OSError) and error.strerror:
        return f"{path} cannot be read ({error.strerror}): check its path"
    cause = " ".join(str(error).split()) or type(error).__name__
    return f"{path.name} is damaged ({cause}): save or fetch it again"
