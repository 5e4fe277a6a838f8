"""Convolutions with fewer products are the same convolutions, and so are their derivatives."""

import pytest
import torch
from torch.nn import functional

from style_pipeline.style.training import winograd
from style_pipeline.style.training.winograd import (
    Convolution,
    FrozenConvolution,
    at_points,
    backward_weight,
)


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (5, 7), (13, 22)])
def test_both_ways_are_exact(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """With strips of a few rows, as large pictures have them."""
    monkeypatch.setattr(winograd, "_AT_ONCE", 1000)
    torch.manual_seed(1)
    x = torch.randn(2, 3, *size, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(5, 3, 3, 3, dtype=torch.float64)
    expected = functional.conv2d(x, weight, padding=1)
    made = Convolution.apply(x, at_points(weight), at_points(backward_weight(weight)))
    torch.testing.assert_close(made, expected)
    slope = torch.randn_like(expected)
    torch.testing.assert_close(
        torch.autograd.grad(made, x, slope), torch.autograd.grad(expected, x, slope)
    )


@pytest.mark.parametrize("flags", [{"avx2"}, {"avx2", "avx512f"}])
def test_a_layer_of_the_trunk_is_a_plain_convolution(
    flags: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winograd, "cpu_flags", lambda: frozenset(flags))
    torch.manual_seed(2)
    weight, bias = torch.randn(128, 160, 3, 3) / 40, torch.randn(128)
    layer = FrozenConvolution(weight, bias)
    x = torch.randn(2, 160, 19, 30).to(memory_format=torch.channels_last).requires_grad_()
    made = functional.relu_(layer(x))
    expected = functional.relu(functional.conv2d(x, weight, bias, padding=1))
    assert (made - expected).abs().max() < 2e-5 * expected.max()
    slopes = [torch.autograd.grad(each.square().sum(), x)[0] for each in (made, expected)]
    assert (slopes[0] - slopes[1]).abs().max() < 5e-5 * slopes[1].abs().max()
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(x[:, :, :4, :4]).dtype == torch.bfloat16


def test_it_is_for_wide_layers_where_vectors_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_minimal(outputs: int, *flags: str) -> bool:
        monkeypatch.setattr(winograd, "cpu_flags", lambda: frozenset(flags))
        return FrozenConvolution(torch.zeros(outputs, 128, 3, 3), torch.zeros(outputs)).minimal

    assert is_minimal(128, "avx2")
    assert not is_minimal(64, "avx2")
    assert not is_minimal(128, "avx2", "avx512f")
    assert not is_minimal(128)
