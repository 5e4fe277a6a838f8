"""What the controls do to pictures, apart from any network."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from style_pipeline.style import controls


@pytest.fixture
def scene() -> Tensor:
    """A sharp vertical edge between two coloured halves with a little texture."""
    chance = torch.Generator().manual_seed(3)
    picture = torch.full((1, 3, 96, 128), 0.2)
    picture[..., 61:] = torch.tensor([0.9, 0.6, 0.5])[:, None, None]
    return (picture + 0.01 * torch.rand(picture.shape, generator=chance)).clamp(0, 1)


def test_mixing_goes_in_even_steps(scene: Tensor) -> None:
    painted = 1 - scene
    assert torch.equal(controls.mix(scene, painted, 0), scene)
    assert torch.equal(controls.mix(scene, painted, 1), painted)
    half = controls.mix(scene, painted, 0.5)
    assert torch.allclose(half, (scene + painted) / 2, atol=1e-6)


def test_colours_are_the_sources_and_luma_the_paintings(scene: Tensor) -> None:
    painted = 0.25 + scene.flip(3) / 2
    kept = controls.with_colours_of(scene, painted)
    inside = (kept > 0).all(1, keepdim=True) & (kept < 1).all(1, keepdim=True)
    assert inside.float().mean() > 0.5
    same = (controls.luma(kept) - controls.luma(painted)).abs()
    assert same[inside].max() < 1e-5
    colours = (kept - controls.luma(kept)) - (scene - controls.luma(scene))
    assert colours[inside.expand_as(colours)].abs().max() < 1e-5


@pytest.mark.parametrize("scale", [0.1, 0.33, 0.5])
def test_enlarged_pictures_have_their_edges_where_the_source_has_them(
    scene: Tensor, scale: float
) -> None:
    small = controls.shrink(scene, scale)
    plain = functional.interpolate(small, size=scene.shape[-2:], mode="bilinear")
    guided = controls.guided_enlarge(small, small, scene)
    assert guided.shape == scene.shape
    assert (guided - scene).abs().mean() < 0.5 * (plain - scene).abs().mean()


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (97, 61)])
def test_any_size_can_be_shrunk_and_enlarged(size: tuple[int, int]) -> None:
    source = torch.rand(1, 3, *size)
    small = controls.shrink(source, 0.1)
    assert controls.guided_enlarge(small, small, source).shape == source.shape
