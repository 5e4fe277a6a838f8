"""More channels change nothing until they have learnt something."""

from dataclasses import replace

import pytest
import torch

from style_pipeline.errors import TrainingError
from style_pipeline.style.training.widening import widened
from style_pipeline_tests.checkpoints import TINY, tiny_network

WIDER = replace(TINY, stem=6, width=12, deep=20, tail=5)
PICTURE = torch.rand(1, 3, 32, 48, generator=torch.Generator().manual_seed(3))
STYLE = torch.tensor([[0.3, 0.7]])


def test_it_paints_the_same_picture() -> None:
    network = tiny_network()
    larger = widened(network, WIDER)
    assert larger.architecture == WIDER
    with torch.no_grad():
        assert torch.allclose(larger(PICTURE, STYLE), network(PICTURE, STYLE), atol=1e-5)


def test_what_was_added_can_be_heard_by_learning() -> None:
    larger = widened(tiny_network(), WIDER)
    larger(PICTURE, STYLE).square().mean().backward()
    heard = larger.blocks[0].first.convolution.weight.grad  # type: ignore[union-attr]
    assert isinstance(heard, torch.Tensor)
    assert heard[:8, 8:].abs().max() > 0


@pytest.mark.parametrize("other", [replace(WIDER, width=4), replace(WIDER, blocks=2)])
def test_there_must_be_room(other: object) -> None:
    with pytest.raises(TrainingError, match="has no room for"):
        widened(tiny_network(), other)  # type: ignore[arg-type]
