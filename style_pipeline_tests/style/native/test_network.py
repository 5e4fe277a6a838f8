"""The native engine paints what PyTorch paints, in bands and whole."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from style_pipeline.style import catalogue, checkpoint
from style_pipeline.style.frames import FRAMES
from style_pipeline.style.native.build import library
from style_pipeline.style.native.kernels import Kernels
from style_pipeline.style.native.network import NativeNetwork
from style_pipeline.style.network import Architecture, StyleNetwork
from style_pipeline.style.vectors import blended
from style_pipeline_tests.checkpoints import TINY, tiny_network
from style_pipeline_tests.style.arbitrary import pictures

BOLD = torch.tensor([[0.25, 0.75]])
SIZES = [(1, 1), (5, 3), (18, 33), (97, 130), (120, 160)]
DEEP = Architecture(stem=16, width=32, blocks=2, deep=64, deep_blocks=1, tail=16)

Paint = Callable[[StyleNetwork, Tensor, torch.dtype, int], Tensor]


@pytest.fixture(scope="session")
def paint(kernel_folder: Path) -> Paint:
    kernels = Kernels(library(kernel_folder))

    def painted(network: StyleNetwork, frame: Tensor, dtype: torch.dtype, bands: int) -> Tensor:
        out = torch.full_like(frame, 77)
        NativeNetwork(network, BOLD, kernels, dtype)(frame, out, bands)
        return out

    return painted


def network_of(architecture: Architecture) -> StyleNetwork:
    if architecture == TINY:
        return tiny_network()
    torch.manual_seed(11)
    network = StyleNetwork(architecture, 2)
    for name, parameter in network.named_parameters():
        if name.endswith(("gamma", "beta")):
            torch.nn.init.normal_(parameter, float(name.endswith("gamma")), 0.3)
    return network.eval()


def scene(size: tuple[int, int]) -> Tensor:
    return torch.from_numpy(pictures.scene(size[1], size[0]).copy())


def by_pytorch(network: StyleNetwork, frame: Tensor) -> Tensor:
    with torch.no_grad():
        painted = network(frame.permute(2, 0, 1)[None].float() / 255, BOLD)
    return (painted[0] * 255).round().permute(1, 2, 0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("architecture", [TINY, DEEP])
def test_float32_differs_from_pytorch_by_rounding_alone(
    paint: Paint, architecture: Architecture, size: tuple[int, int]
) -> None:
    network, frame = network_of(architecture), scene(size)
    difference = (paint(network, frame, torch.float32, 1) - by_pytorch(network, frame)).abs()
    assert difference.max() <= 1
    assert difference.mean() < 0.01


@pytest.mark.parametrize("style", ["great-wave", "tahiti"])
def test_bfloat16_is_seen_by_nobody(kernel_folder: Path, style: str) -> None:
    """On a real frame with the shipped network: a fifth of a level on average, two at most."""
    trained, card = checkpoint.load(catalogue.shipped_checkpoint(), catalogue.shipped_card().sha256)
    network = blended([(trained, card.names.index(style), 1.0)])
    frame = torch.from_numpy(np.array(Image.open(FRAMES[0]).convert("RGB").resize((320, 180))))
    kernels, only, painted = Kernels(library(kernel_folder)), torch.ones(1, 1), []
    for dtype in (torch.float32, torch.bfloat16):
        out = torch.empty_like(frame)
        NativeNetwork(network, only, kernels, dtype)(frame, out)
        painted.append(out.int())
    difference = (painted[0] - painted[1]).abs().float()
    assert difference.mean() < 0.3
    assert (difference > 2).float().mean() < 0.001


@pytest.mark.parametrize("size", SIZES)
def test_bands_show_no_seam(paint: Paint, size: tuple[int, int]) -> None:
    network, frame = network_of(DEEP), scene(size)
    whole = paint(network, frame, torch.float32, 1).int()
    for bands in (2, 3, 64):
        assert (paint(network, frame, torch.float32, bands).int() - whole).abs().max() <= 1


def test_bands_of_bfloat16_show_no_seam(paint: Paint) -> None:
    network, frame, dtype = network_of(DEEP), scene((180, 320)), torch.bfloat16
    whole = paint(network, frame, dtype, 1).int()
    for bands in (2, 3, 8):
        assert (paint(network, frame, dtype, bands).int() - whole).abs().max() <= 1


def test_floats_are_painted_like_levels(paint: Paint) -> None:
    network, frame = network_of(DEEP), scene((50, 61))
    painted = paint(network, frame.float() / 255, torch.float32, 1) * 255
    assert (painted - paint(network, frame, torch.float32, 1)).abs().max() <= 0.51


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("level", [0, 153, 255])
def test_a_flat_picture_stays_flat(paint: Paint, dtype: torch.dtype, level: int) -> None:
    frame = torch.full((97, 130, 3), level, dtype=torch.uint8)
    for network in (tiny_network(), network_of(DEEP)):
        painted = paint(network, frame, dtype, 1)
        assert (painted == painted[0, 0]).all()


def test_one_network_paints_frames_of_several_sizes(kernel_folder: Path) -> None:
    native = NativeNetwork(tiny_network(), BOLD, Kernels(library(kernel_folder)), torch.float32)
    for size in ((40, 60), (97, 130), (12, 20), (40, 60)):
        frame = scene(size)
        out = torch.empty_like(frame)
        native(frame, out)
        assert (out - by_pytorch(tiny_network(), frame)).abs().max() <= 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("bands", [1, 3])
def test_a_margin_repeats_the_last_column_and_is_cut_off(
    paint: Paint, kernel_folder: Path, dtype: torch.dtype, bands: int
) -> None:
    network, frame, margin = network_of(DEEP), scene((50, 61)), 16
    wide = torch.cat([frame, frame[:, -1:].expand(-1, margin, -1)], 1).contiguous()
    wanted = paint(network, wide, dtype, bands)[:, :-margin]
    out = torch.empty_like(frame)
    kernels = Kernels(library(kernel_folder))
    NativeNetwork(network, BOLD, kernels, dtype, margin)(frame, out, bands)
    assert out.equal(wanted)
