"""What a painting may be, and what is refused before its pixels are decoded."""

import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from style_pipeline.errors import StyleError, UnusablePainting, UserError
from style_pipeline.style.painting import open_painting
from style_pipeline_tests.style.arbitrary import pictures


def saved(path: Path, picture: pictures.Pixels | Image.Image, **options: object) -> Path:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(path, **options)
    return path


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises a size and holds almost nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        ending = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + ending

    size = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + size + pixels + chunk(b"IEND", b"")


def refusal(path: Path) -> str:
    with pytest.raises(UnusablePainting) as error:
        open_painting(path)
    assert isinstance(error.value, UserError)
    assert isinstance(error.value, StyleError)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tiff", "bmp", "gif"])
def test_every_usual_format(suffix: str, tmp_path: Path) -> None:
    painting = pictures.painting(300, 400)
    opened = open_painting(saved(tmp_path / f"painting.{suffix}", painting))
    assert (opened.mode, opened.size) == ("RGB", (300, 400))
    assert np.abs(np.asarray(opened, np.float32) - painting).mean() < 13


def test_a_large_photograph_is_decoded_only_as_far_as_needed(tmp_path: Path) -> None:
    large = Image.fromarray(pictures.painting()).resize((6000, 4500))
    assert min(open_painting(saved(tmp_path / "large.jpg", large)).size) < 2048


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGBA", "CMYK", "1", "I;16"])
def test_every_kind_of_pixel(mode: str, tmp_path: Path) -> None:
    image = Image.fromarray(pictures.painting())
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    opened = np.asarray(open_painting(saved(tmp_path / "painting.tiff", image)), np.float32)
    grey = np.asarray(Image.fromarray(pictures.painting()).convert("L"), np.float32)
    assert np.abs(opened.mean(2) - grey).mean() < (128 if mode == "1" else 50)


def test_what_is_transparent_lies_on_white(tmp_path: Path) -> None:
    image = Image.fromarray(pictures.painting()).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 256, 100))
    opened = open_painting(saved(tmp_path / "cut_out.png", image))
    assert (np.asarray(opened)[:100] == 255).all()


def test_a_photograph_taken_sideways_is_set_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    upright = pictures.painting()
    turned = saved(tmp_path / "turned.png", upright[::-1, ::-1].copy(), exif=exif)
    assert np.array_equal(np.asarray(open_painting(turned)), upright)


def test_the_smallest_and_the_largest_that_are_accepted(tmp_path: Path) -> None:
    small = open_painting(saved(tmp_path / "small.png", pictures.painting(32, 32)))
    assert small.size == (32, 32)
    largest = np.tile(pictures.painting(64, 32), (1, 256, 1))
    assert open_painting(saved(tmp_path / "long.png", largest)).size == (16_384, 32)


@pytest.mark.parametrize(("width", "height"), [(8, 200), (200, 31), (1, 1)])
def test_too_small(width: int, height: int, tmp_path: Path) -> None:
    message = refusal(saved(tmp_path / "tiny.png", pictures.painting(width, height)))
    assert f"{width}x{height}" in message
    assert "at least 32" in message


@pytest.mark.parametrize(("width", "height"), [(30_000, 40), (40, 16_385)])
def test_too_large(width: int, height: int, tmp_path: Path) -> None:
    (tmp_path / "huge.png").write_bytes(png_header(width, height))
    message = refusal(tmp_path / "huge.png")
    assert f"{width}x{height}" in message
    assert "at most 16,384" in message


@pytest.mark.parametrize("side", [10_000, 16_000, 2**31 - 1])
def test_a_small_file_that_unfolds_to_a_huge_picture(side: int, tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png_header(side, side))
    assert "pixels: shrink it" in refusal(tmp_path / "bomb.png")


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_one_colour(suffix: str, tmp_path: Path) -> None:
    plain = np.full((300, 200, 3), (200, 30, 60), np.uint8)
    assert "one colour" in refusal(saved(tmp_path / f"plain.{suffix}", plain))


@pytest.mark.parametrize(
    "content",
    [b"", b"just words", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n", b"<svg/>"],
    ids=["empty", "text", "postscript", "svg"],
)
def test_not_an_image(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "painting.jpg").write_bytes(content)
    assert "not a picture" in refusal(tmp_path / "painting.jpg")


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "nowhere.jpg")
    assert "directory" in refusal(tmp_path)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "tiff"])
def test_cut_off(suffix: str, tmp_path: Path) -> None:
    path = saved(tmp_path / f"half.{suffix}", pictures.painting())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert path.name in refusal(path)


@settings(max_examples=60, deadline=None)
@given(suffix=st.sampled_from(["png", "jpg", "webp", "gif", "tiff", "bmp"]), data=st.data())
def test_damage_is_survived_or_refused(
    suffix: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = saved(tmp_path_factory.mktemp("damage") / f"p.{suffix}", pictures.painting(40, 40))
    content = bytearray(path.read_bytes())
    places = st.integers(0, len(content) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(UnusablePainting):
        assert open_painting(path).mode == "RGB"
