"""Our own convolutions: what an exact sum gives, whatever the size, and its own statistics."""

from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from style_pipeline.style import engine
from style_pipeline.style.native.build import library
from style_pipeline.style.native.kernels import Kernels
from style_pipeline.style.native.layers import Layer, Raw
from style_pipeline.style.native.maps import Grid, mirrored
from style_pipeline.style.native.packing import ROWS_AT_ONCE
from style_pipeline.style.native.passes import Passes
from style_pipeline.style.network import StyledConvolution

SIZES = [(2, 2), (3, 40), (ROWS_AT_ONCE + 1, 15), (2 * ROWS_AT_ONCE, 16), (19, 33), (45, 82)]
SHAPES = [(32, 32, 1), (32, 64, 2), (64, 64, 1), (64, 32, 1), (32, 16, 1), (16, 12, 1), (16, 32, 2)]
FLAGS = {torch.bfloat16: "amx_bf16", torch.float32: "avx2"}


@pytest.fixture
def passes(kernel_folder: Path) -> Passes:
    return Passes(Kernels(library(kernel_folder)))


def layer_of(shape: tuple[int, int, int], dtype: torch.dtype) -> Layer:
    inputs, outputs, stride = shape
    torch.manual_seed(3)
    return Layer(StyledConvolution(inputs, outputs, 3, 1, stride), torch.ones(1, 1), dtype)


def picture(size: tuple[int, int], channels: int, dtype: torch.dtype) -> Raw:
    pixels = torch.randn(*size, channels).to(dtype)
    return Raw(pixels, (torch.rand(channels) + 0.5, torch.randn(channels)), relu=True)


def exact(passes: Passes, raw: Raw, layer: Layer) -> Tensor:
    """In double precision, of the same rounded values; [h, w, outputs]."""
    height, width, channels = raw.pixels.shape
    edged = torch.empty(height + 2, width + 2, channels, dtype=layer.weight.dtype)
    passes.kernels.layer(raw, Grid.mirrored(height, width), edged)
    source = edged.double().permute(2, 0, 1)[None]
    made = functional.conv2d(source, layer.weight.double(), stride=layer.stride)
    return made[0].permute(1, 2, 0)


def needs(dtype: torch.dtype) -> None:
    if FLAGS[dtype] not in engine.cpu_flags():
        pytest.skip(f"this CPU has no {FLAGS[dtype]}")


@pytest.mark.parametrize("dtype", FLAGS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_size_is_the_exact_sum_but_for_rounding(
    passes: Passes, shape: tuple[int, int, int], size: tuple[int, int], dtype: torch.dtype
) -> None:
    needs(dtype)
    assert passes.kernels.convolves[dtype]
    layer, raw = layer_of(shape, dtype), picture(size, shape[0], dtype)
    wanted = exact(passes, raw, layer)
    made = passes.convolved(raw, Grid.mirrored(*size), layer).double()
    step = 2**-8 if dtype == torch.bfloat16 else 2**-18
    assert ((made - wanted).abs() <= step * wanted.abs() + 2e-5).all()


@pytest.mark.parametrize("dtype", FLAGS)
@pytest.mark.parametrize("size", SIZES)
def test_sums_by_strips_are_those_of_the_whole_picture(
    passes: Passes, size: tuple[int, int], dtype: torch.dtype
) -> None:
    needs(dtype)
    layer = layer_of((32, 64, 1), dtype)
    raw = picture(size, 32, dtype)
    made, affine = passes.through(raw, Grid.mirrored(*size), layer)
    for found, wanted in zip(affine, passes.affine(layer, [made]), strict=True):
        assert found.equal(wanted)


@pytest.mark.parametrize("dtype", FLAGS)
def test_the_sum_of_a_stream_is_kept_once_for_every_pixel(
    passes: Passes, dtype: torch.dtype
) -> None:
    needs(dtype)
    size = (21, 18)
    layer, plain = layer_of((32, 32, 1), dtype), picture(size, 32, dtype)
    stream, out = torch.randn(*size, 32), torch.full((*size, 32), float("nan"))
    scale, shift = plain.affine
    raw = Raw(plain.pixels, plain.affine, stream=stream, stream_out=out)
    passes.through(raw, Grid.mirrored(*size), layer)
    assert torch.allclose(out, plain.pixels.float() * scale + shift + stream, atol=1e-5)


def test_frames_become_features_as_they_do_by_pytorch(passes: Passes) -> None:
    needs(torch.float32)
    torch.manual_seed(3)
    layer = Layer(StyledConvolution(3, 16, 5, 1, 2), torch.ones(1, 1), torch.float32)
    frame = torch.randint(0, 256, (36, 52, 3), dtype=torch.uint8)
    edged = functional.pad(frame.permute(2, 0, 1)[None].double() / 255, [2] * 4, mode="reflect")
    wanted = functional.conv2d(edged, layer.weight.double(), stride=2)[0].permute(1, 2, 0)
    made = passes.convolved(frame, Grid(mirrored(36, 2), mirrored(52, 2)), layer)
    assert torch.allclose(made.double(), wanted, atol=1e-5)


def test_the_number_of_threads_changes_nothing(passes: Passes) -> None:
    layer, raw = layer_of((32, 32, 1), torch.float32), picture((20, 30), 32, torch.float32)
    threads = torch.get_num_threads()
    made = []
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            made.append(passes.convolved(raw, Grid.mirrored(20, 30), layer))
    finally:
        torch.set_num_threads(threads)
    assert made[0].equal(made[1])


def test_where_ours_cannot_pytorch_convolves(passes: Passes) -> None:
    passes.kernels.convolves[torch.float32] = False
    layer, raw = layer_of((32, 32, 1), torch.float32), picture((20, 30), 32, torch.float32)
    made = passes.convolved(raw, Grid.mirrored(20, 30), layer)
    assert torch.allclose(made.double(), exact(passes, raw, layer), atol=2e-5)


def test_a_kernel_that_ours_has_no_room_for_is_left_to_pytorch(passes: Passes) -> None:
    layer = Layer(StyledConvolution(16, 16, 7, 1), torch.ones(1, 1), torch.float32)
    assert layer.packed is None
