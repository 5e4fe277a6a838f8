"""How a style sheet is laid out."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from style_pipeline.errors import ConfigurationError
from style_pipeline.style import sheet
from style_pipeline.style.sheet import GAP, LABEL_WIDTH, Row


def plain(colour: str, size: tuple[int, int] = (640, 360)) -> Image.Image:
    return Image.new("RGB", size, colour)


def label(drawn: Image.Image, top: int = 0, height: int = 225) -> np.ndarray:
    """The area of one row's label."""
    return np.asarray(drawn.crop((0, GAP + top, LABEL_WIDTH - GAP, GAP + top + height)))


def test_a_row_for_each_style() -> None:
    colours = ("red", "green", "blue")
    rows = [Row(f"style-{i}", ("line",), tuple(map(plain, colours))) for i in range(2)]
    drawn = sheet.draw(rows)
    assert drawn.size == (LABEL_WIDTH + 3 * (400 + GAP), 2 * (225 + GAP) + GAP)
    for row in range(2):
        middle = GAP + row * (225 + GAP) + 112
        for column, colour in enumerate(colours):
            left = LABEL_WIDTH + column * (400 + GAP)
            for x in (left, left + 399):
                assert drawn.getpixel((x, middle)) == plain(colour).getpixel((0, 0))
        assert (label(drawn, row * (225 + GAP)) < 100).any()
    assert (label(drawn) != label(drawn, 225 + GAP)).any()


def test_a_small_copy_of_the_painting_stands_below_the_name() -> None:
    pictures = (plain("red"),)
    bare = label(sheet.draw([Row("style", (), pictures)]))
    shown = label(sheet.draw([Row("style", (), pictures, plain("blue", (500, 400)))]))
    assert ((shown == (0, 0, 255)).all(-1)).sum() == 120 * 96
    assert (bare[:30] == shown[:30]).all()


@pytest.mark.parametrize("name", ["m" * 60, "-".join(["word"] * 12)])
def test_a_long_name_stays_off_the_pictures(name: str) -> None:
    drawn = sheet.draw([Row(name, ("a title of many words " * 20,), (plain("red"),))])
    assert (np.asarray(drawn)[GAP : GAP + 225, LABEL_WIDTH : LABEL_WIDTH + 400, 1] == 0).all()
    assert (np.asarray(drawn)[-1] == 255).all()


def test_letters_that_the_font_lacks_are_plain() -> None:
    one, other = (
        sheet.draw([Row("x", (title,), (plain("red"),))]) for title in ("Night Café", "Night Cafe")
    )
    assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize(
    ("size", "fitting"),
    [
        ((1280, 720), (640, 360)),
        ((320, 180), (320, 180)),
        ((1080, 1920), (360, 640)),
        ((16000, 100), (960, 6)),
    ],
)
def test_pictures_are_painted_at_a_moderate_size(
    size: tuple[int, int], fitting: tuple[int, int]
) -> None:
    assert sheet.fit(plain("red", size)).size == fitting


def test_what_no_jpeg_can_hold(tmp_path: Path) -> None:
    high = plain("white", (4, 65_600))
    with pytest.raises(ConfigurationError, match="png"):
        sheet.save(high, tmp_path / "sheet.jpg")
    sheet.save(high, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as saved:
        assert saved.size == high.size
