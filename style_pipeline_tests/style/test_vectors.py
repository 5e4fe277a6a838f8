"""Styles are rows of vectors on one body: repeated, continued, blended."""

from pathlib import Path

import pytest
import torch

from style_pipeline.errors import CheckpointError
from style_pipeline.style.vectors import blended, continued, is_vector
from style_pipeline_tests.checkpoints import tiny_network

FRAME = torch.linspace(0, 1, 3 * 24 * 20).reshape(1, 3, 24, 20)


def test_a_style_alone_paints_as_it_did_among_others() -> None:
    network = tiny_network()
    alone = blended([(network, 1, 1.0)])
    assert alone.styles == 1
    wanted = network(FRAME, torch.tensor([[0.0, 1.0]]))
    assert torch.equal(alone(FRAME, torch.ones(1, 1)), wanted)


def test_a_blend_is_the_weighted_mean_of_the_vectors() -> None:
    network = tiny_network()
    blend = blended([(network, 0, 0.25), (network, 1, 0.75)])
    wanted = network(FRAME, torch.tensor([[0.25, 0.75]]))
    assert torch.allclose(blend(FRAME, torch.ones(1, 1)), wanted, atol=1e-5)


def test_styles_of_two_files_with_one_body_can_be_blended() -> None:
    first = tiny_network()
    second = continued(first, ("plain", "bold"), ("bold", "new"))
    blend = blended([(first, 0, 0.5), (second, 0, 0.5)])
    wanted = first(FRAME, torch.tensor([[0.5, 0.5]]))
    assert torch.allclose(blend(FRAME, torch.ones(1, 1)), wanted, atol=1e-5)


def test_another_body_cannot_be_blended() -> None:
    with pytest.raises(CheckpointError, match="cannot be blended"):
        blended([(tiny_network(1), 0, 0.5), (tiny_network(2), 0, 0.5)])


def test_a_new_style_starts_from_the_mean_of_the_known(tmp_path: Path) -> None:
    network = tiny_network()
    grown = continued(network, ("plain", "bold"), ("new", "bold"))
    for name, tensor in network.state_dict().items():
        other = grown.state_dict()[name]
        if is_vector(name):
            assert torch.allclose(other[0], tensor.mean(0))
            assert torch.equal(other[1], tensor[1])
        else:
            assert torch.equal(other, tensor)
