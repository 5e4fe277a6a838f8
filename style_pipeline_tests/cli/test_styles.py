"""``styles``: the list, and the sheet as a person asks for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from style_pipeline.style import catalogue
from style_pipeline.style.sheet import GAP, LABEL_WIDTH
from style_pipeline_tests.cli.conftest import Run, said

Clip = Callable[..., Path]
HEIGHT, WIDTH = 225, 400


def cell(sheet: np.ndarray, row: int, column: int) -> np.ndarray:
    top, left = GAP + row * (HEIGHT + GAP), LABEL_WIDTH + column * (WIDTH + GAP)
    return sheet[top : top + HEIGHT, left : left + WIDTH]


def label(sheet: np.ndarray, row: int) -> np.ndarray:
    top = GAP + row * (HEIGHT + GAP)
    return sheet[top : top + HEIGHT, : LABEL_WIDTH - GAP]


@pytest.mark.slow
def test_a_sheet_of_the_package_is_the_same_every_time(cli: Run, tmp_path: Path) -> None:
    target = tmp_path / "styles.png"
    result = cli("styles", "--sheet", str(target))
    assert (result.returncode, result.stdout) == (0, f"{target}\n"), result.stderr
    assert result.stderr.splitlines()[-1].startswith("Painting: ")

    rows = 1 + len(catalogue.shipped_card().names)
    sheet = np.asarray(Image.open(target)).astype(int)
    assert sheet.shape == (rows * (HEIGHT + GAP) + GAP, LABEL_WIDTH + 3 * (WIDTH + GAP), 3)
    for column in range(3):
        cells = [cell(sheet, row, column) for row in range(rows)]
        for i, one in enumerate(cells):
            assert all(np.abs(one - other).mean() > 10 for other in cells[i + 1 :])
    labels = [label(sheet, row) for row in range(rows)]
    assert all((one < 128).any() for one in labels)
    assert len({one.tobytes() for one in labels}) == rows

    first = target.read_bytes()
    assert cli("styles", "--sheet", str(target)).returncode == 0
    assert target.read_bytes() == first
    assert list(tmp_path.glob(".sheet*")) == []


@pytest.mark.slow
def test_a_sheet_of_ones_own(cli: Run, clip: Clip, tmp_path: Path) -> None:
    """A picture, and three frames of a video whose name a shell would stumble over."""
    Image.radial_gradient("L").save(tmp_path / "--own.jpg")
    video = tmp_path / "a clip; touch PWNED %d.mp4"
    video.write_bytes(clip("short.mp4").read_bytes())
    own = ["--of", str(tmp_path / "--own.jpg"), "--of", str(video)]
    result = cli("styles", "--sheet", str(tmp_path / "styles.jpg"), *own)
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "styles.jpg") as sheet:
        assert sheet.format == "JPEG"
        assert sheet.width == LABEL_WIDTH + 160 + 3 * 40 + 4 * GAP
    assert not Path("PWNED").exists()


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (["--sheet", "x.bmp"], "x.bmp"),
        (["--sheet", "nowhere/x.jpg"], "no folder"),
        (["--sheet", "folder.png"], "is a folder"),
        (["--of", "x.jpg"], "--sheet FILE"),
        (["--sheet", "x.jpg", "--of", "words.jpg"], "not a picture"),
        (["--sheet", "x.jpg", "--of", "words.mp4"], "as a video"),
        (["--sheet", "x.jpg", "--of", "none.png"], "No such file"),
        (["--sheet", "x.jpg", "--of", "none.mp4"], "no file"),
        (["--sheet", "x.jpg", *["--of", "words.jpg"] * 7], "6 at most"),
    ],
)
def test_what_no_sheet_can_be_made_of(
    cli: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    cause: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("words.jpg", "words.mp4"):
        Path(name).write_bytes(b"just words" * 50)
    Path("folder.png").mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    result = cli("styles", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert cause in said(result)
    assert {path.name for path in tmp_path.iterdir()} - {"home"} == before
