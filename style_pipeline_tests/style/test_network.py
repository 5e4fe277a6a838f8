"""The network's shapes, its cost, and what conditional normalisation promises."""

import pytest
import torch

from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline_tests.checkpoints import tiny_network

PLAIN, BOLD = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]])


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 17), (64, 48), (241, 321)])
def test_keeps_every_size(size: tuple[int, int]) -> None:
    x = torch.rand(1, 3, *size)
    painted = tiny_network()(x, PLAIN)
    assert painted.shape == x.shape
    assert painted.min() >= 0
    assert painted.max() <= 1


def test_full_size_network_stays_within_the_real_time_budget() -> None:
    assert Architecture().gigaflops(640, 360) <= 4.5


def test_flop_count_is_what_the_convolutions_really_do() -> None:
    network, counted = StyleNetwork(Architecture(), 1), []
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(
                lambda layer, _, out: counted.append(2 * out[0].numel() * layer.weight[0].numel())
            )
    network(torch.rand(1, 3, 64, 96), torch.ones(1, 1))
    assert sum(counted) / 1e9 == pytest.approx(Architecture().gigaflops(96, 64))


def test_styles_differ_and_a_blend_lies_apart_from_both() -> None:
    network, x = tiny_network(), torch.rand(1, 3, 32, 32)
    plain, bold, blend = (network(x, w) for w in (PLAIN, BOLD, (PLAIN + BOLD) / 2))
    assert (plain - bold).abs().mean() > 0.01
    assert (blend - plain).abs().mean() < (bold - plain).abs().mean()


def test_a_batch_paints_each_frame_as_alone() -> None:
    network, x = tiny_network(), torch.rand(2, 3, 32, 40)
    together = network(x, torch.cat([PLAIN, BOLD]))
    assert torch.allclose(together[0], network(x[:1], PLAIN)[0], atol=1e-5)
    assert torch.allclose(together[1], network(x[1:], BOLD)[0], atol=1e-5)


def test_a_flat_picture_stays_flat() -> None:
    """Nothing in the network draws a grid, an edge or its own rounding into an even frame."""
    for value in (0.0, 0.6):
        painted = tiny_network()(torch.full((1, 3, 97, 130), value), BOLD)
        assert (painted - painted[:, :, :1, :1]).abs().max() * 255 < 0.5
