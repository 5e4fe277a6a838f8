"""How many bands a frame is cut into."""

import torch

from style_pipeline.style.native.memory import bytes_for, fewest_bands
from style_pipeline.style.network import Architecture

SHIPPED = Architecture()
FULL_HD = (1080, 1920)


def test_memory_grows_with_the_picture_and_falls_with_the_bands() -> None:
    whole = bytes_for(SHIPPED, *FULL_HD, torch.float32)
    assert bytes_for(SHIPPED, 2160, 3840, torch.float32) > 3.9 * whole
    assert bytes_for(SHIPPED, *FULL_HD, torch.bfloat16) < whole
    assert bytes_for(SHIPPED, *FULL_HD, torch.float32, 8) < 0.5 * whole


def test_no_more_bands_than_needed() -> None:
    whole = bytes_for(SHIPPED, *FULL_HD, torch.float32)
    assert fewest_bands(SHIPPED, *FULL_HD, torch.float32, None) == 1
    assert fewest_bands(SHIPPED, *FULL_HD, torch.float32, whole) == 1
    cut = fewest_bands(SHIPPED, *FULL_HD, torch.float32, whole * 2 // 3)
    assert cut > 1
    assert bytes_for(SHIPPED, *FULL_HD, torch.float32, cut) <= whole * 2 // 3
    assert bytes_for(SHIPPED, *FULL_HD, torch.float32, cut // 2) > whole * 2 // 3


def test_an_impossible_budget_still_paints() -> None:
    assert fewest_bands(SHIPPED, *FULL_HD, torch.float32, 1) == 64
