"""Full-range pictures are rounded, and chroma lies where 4:2:0 has it."""

import numpy as np
import pytest

from style_pipeline.manifest import ColourTags
from style_pipeline.worker import colour
from style_pipeline.worker.full_range import applies, full_range_frame
from style_pipeline.worker.planes import samples
from style_pipeline_tests.worker.test_pictures import MATRICES, expected_ycc


@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p"])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("shape", [(4, 6, 3), (5, 7, 3)])
def test_every_level_is_rounded_to_the_nearest(
    shape: tuple[int, ...], matrix: str, pixel_format: str
) -> None:
    tags = colour.numbers(ColourTags(matrix, "bt709", "bt709", "pc", tagged=True))
    assert applies(tags, pixel_format)
    for rgb in np.random.default_rng(7).integers(0, 256, (40, 3)):
        flat = np.broadcast_to(rgb, shape).astype(np.uint8)
        frame = full_range_frame(flat, tags, pixel_format)
        found = [samples(plane)[-1, -1] for plane in frame.planes]
        wanted = np.clip(expected_ycc(rgb / 255, matrix, "pc"), 0, 255)
        assert np.abs(found - wanted).max() <= 0.501


def test_chroma_is_taken_from_around_its_place() -> None:
    """Between two lines, at the left column of a pair: a quarter, a half, a quarter."""
    tags = colour.numbers(ColourTags("bt709", "bt709", "bt709", "pc", tagged=True))
    picture = np.zeros((2, 8, 3), np.uint8)
    picture[:, 4] = (0, 0, 255)
    frame = full_range_frame(picture, tags, "yuv420p")
    blue = np.frombuffer(bytes(frame.planes[1]), np.uint8)[:4].astype(int) - 128
    whole = 127.5
    assert blue == pytest.approx([0, 0, whole / 2, 0], abs=1)
    picture[:, 4], picture[:, 3] = 0, (0, 0, 255)
    blue = full_range_frame(picture, tags, "yuv420p").planes[1]
    levels = np.frombuffer(bytes(blue), np.uint8)[:4].astype(int) - 128
    assert levels == pytest.approx([0, whole / 4, whole / 4, 0], abs=1)


def test_other_pictures_are_left_to_libswscale() -> None:
    limited = colour.numbers(ColourTags("bt709", "bt709", "bt709", "tv", tagged=True))
    assert not applies(limited, "yuv420p")
    full = colour.numbers(ColourTags("bt709", "bt709", "bt709", "pc", tagged=True))
    assert not applies(full, "yuv422p10le")
