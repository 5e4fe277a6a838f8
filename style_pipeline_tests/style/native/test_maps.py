"""Maps say what PyTorch's padding and enlarging do."""

import pytest
import torch
from torch.nn import functional

from style_pipeline.style.native.maps import bands, enlarged, mirrored, repeated_and_mirrored


@pytest.mark.parametrize(("size", "edge"), [(2, 1), (3, 2), (9, 1), (16, 2)])
def test_mirrored_edges(size: int, edge: int) -> None:
    x = torch.arange(size, dtype=torch.float32)[None, None]
    expected = functional.pad(x, [edge, edge], mode="reflect")[0, 0]
    assert mirrored(size, edge).first.tolist() == expected.tolist()


def test_a_short_frame_is_repeated_before_it_is_mirrored() -> None:
    assert repeated_and_mirrored(3, 6, 2).first.tolist() == [2, 1, 0, 1, 2, 2, 2, 2, 2, 2]
    assert repeated_and_mirrored(3, 6, 2).own.tolist() == [2, 1, 0, 1, 2, 3, 4, 5, 4, 3]


@pytest.mark.parametrize(("small", "size"), [(1, 2), (2, 4), (3, 5), (23, 45), (90, 180)])
def test_enlarged(small: int, size: int) -> None:
    x = torch.rand(small)
    expected = functional.interpolate(x[None, None], size=size, mode="linear", align_corners=False)[
        0, 0
    ]
    found = enlarged(small, size, 0)
    assert found.second is not None
    assert found.share is not None
    first, second = x[found.first.long()], x[found.second.long()]
    assert torch.allclose(torch.lerp(first, second, found.share), expected, atol=1e-6)


@pytest.mark.parametrize(("size", "number"), [(1, 4), (7, 3), (180, 8)])
def test_bands_cover_every_row_once(size: int, number: int) -> None:
    cut = bands(size, number)
    assert [row for start, stop in cut for row in range(start, stop)] == list(range(size))
    assert all(stop > start for start, stop in cut)
    assert len(cut) == min(number, size)


def test_a_band_of_a_band_of_the_source() -> None:
    whole = enlarged(8, 16, 1)
    band = whole.band(4, 9, source=1)
    assert band.first.tolist() == (whole.first[4:9] - 1).tolist()
    assert band.own.tolist() == whole.own[4:9].tolist()
