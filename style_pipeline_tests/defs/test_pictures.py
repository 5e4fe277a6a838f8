"""Which frames a contact sheet shows, and that they are those frames."""

from pathlib import Path

import pytest

from style_pipeline.defs.pictures import sheet_of_frames, shown_frames
from style_pipeline_tests.defs.test_steadiness import manifest_of
from style_pipeline_tests.sources import make_source


@pytest.mark.parametrize(
    ("counts", "frames"),
    [
        ((1,), (0,)),
        ((24,), (3, 9, 15, 21)),
        ((4, 4, 4), (1, 4, 7, 10)),
        ((24,) * 4, (0, 24, 48, 72)),
        ((24,) * 40, (120, 360, 600, 840)),
    ],
)
def test_frames_are_spread_over_the_video(counts: tuple[int, ...], frames: tuple[int, ...]) -> None:
    assert shown_frames(manifest_of(*counts)) == frames


def test_a_sheet_names_its_frames(tmp_path: Path) -> None:
    source = make_source(tmp_path, 8, 5)
    sheet = str(sheet_of_frames(source.store, source.manifest).value)
    assert sheet.startswith("![frames (1, 3, 5, 7)](data:image/jpeg;base64,/9j/")
