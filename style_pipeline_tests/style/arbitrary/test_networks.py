"""Our modules against ONNX Runtime, and what its fixed-size file cannot do: any size, batches."""

import numpy as np
import pytest
import torch

from style_pipeline.style.arbitrary import networks
from style_pipeline.style.arbitrary.networks import StylePredictor, StyleTransformer
from style_pipeline_tests.style.arbitrary import pictures, reference
from style_pipeline_tests.style.arbitrary.paint import paint


def levels_between(one: pictures.Pixels, other: pictures.Pixels) -> np.ndarray:
    return np.abs(one.astype(np.int16) - other)


def frames(count: int, height: int, width: int) -> torch.Tensor:
    noise = torch.Generator().manual_seed(count)
    return torch.rand(count, 3, height, width, generator=noise)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equal_to_onnx_runtime(
    seed: int, predictor: StylePredictor, transformer: StyleTransformer
) -> None:
    painting, scene = pictures.painting(seed=seed), pictures.scene(384, 384)
    wanted_style = reference.style(painting)
    batch = torch.from_numpy(painting).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        style = predictor(batch)[0].numpy()
    assert np.abs(style - wanted_style).max() < 1e-4

    ours = paint(transformer, style, scene)
    levels = levels_between(ours, reference.painted(scene, wanted_style))
    assert (levels <= 2).mean() >= 0.99
    assert levels.max() <= 4


@pytest.mark.parametrize("seed", [1, 3])
def test_the_same_picture_as_the_files_with_all_their_rounding(
    seed: int, predictor: StylePredictor, transformer: StyleTransformer
) -> None:
    painting, scene = pictures.painting(seed=seed), pictures.scene(384, 384)
    style = reference.style(painting, rounding=True)
    wanted = reference.painted(scene, style, rounding=True)
    ours = paint(transformer, style, scene)
    assert levels_between(ours, wanted).mean() < 12
    assert np.corrcoef(ours.ravel(), wanted.ravel())[0, 1] > 0.95


def test_steadier_than_the_files_with_all_their_rounding(transformer: StyleTransformer) -> None:
    """A grain of one level in a frame must not show as flicker in its painting."""
    style = reference.style(pictures.painting(seed=2))
    scene = pictures.scene(384, 384)
    grain = np.random.default_rng(1).integers(-1, 2, scene.shape)
    grainy = (scene + grain).clip(0, 255).astype(np.uint8)
    ours = [paint(transformer, style, frame) for frame in (scene, grainy)]
    theirs = [reference.painted(frame, style, rounding=True) for frame in (scene, grainy)]
    assert levels_between(*ours).mean() < 0.5 * levels_between(*theirs).mean()


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (17, 16), (90, 161), (96, 160)])
def test_any_size_is_kept(
    size: tuple[int, int], transformer: StyleTransformer, styles: torch.Tensor
) -> None:
    with torch.no_grad():
        painted = transformer(frames(1, *size), styles[:1])
    assert painted.shape == (1, 3, *size)
    assert painted.isfinite().all()
    assert 0 <= painted.min() <= painted.max() <= 1


def test_an_odd_size_is_painted_like_the_even_one_beside_it(
    transformer: StyleTransformer, styles: torch.Tensor
) -> None:
    scene = torch.from_numpy(pictures.scene(200, 120)).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        whole, cut = (transformer(x, styles[:1]) for x in (scene, scene[:, :, :119, :197]))
    assert (whole[:, :, :110, :190] - cut[:, :, :110, :190]).abs().mean() < 0.02


def test_a_batch_is_its_frames_one_by_one(
    transformer: StyleTransformer, styles: torch.Tensor
) -> None:
    batch = frames(2, 40, 60)
    with torch.no_grad():
        together = transformer(batch, styles)
        alone = torch.cat([transformer(batch[i : i + 1], styles[i : i + 1]) for i in (0, 1)])
        alike = transformer(batch, styles[:1])
    assert torch.allclose(together, alone, atol=1e-5)
    assert torch.allclose(alike[0], together[0], atol=1e-5)
    assert (alike[1] - together[1]).abs().mean() > 0.01


def test_paintings_come_in_batches_too(predictor: StylePredictor, styles: torch.Tensor) -> None:
    painting = torch.from_numpy(pictures.painting(seed=3)).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        assert torch.allclose(predictor(painting)[0], styles[1], atol=1e-5)


def test_cost_is_what_the_convolutions_cost(transformer: StyleTransformer) -> None:
    counted = 0

    def count(layer: torch.nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal counted
        counted += 2 * output.numel() * layer.weight[0].numel()  # type: ignore[operator, index]

    layers = [layer for layer in transformer.modules() if isinstance(layer, torch.nn.Conv2d)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    with torch.no_grad():
        transformer(frames(1, 48, 64), torch.zeros(1, networks.STYLE_NUMBERS))
    for hook in hooks:
        hook.remove()
    assert counted / 1e9 == pytest.approx(networks.gigaflops(64, 48))
