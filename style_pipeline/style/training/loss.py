"""Perceptual losses over a VGG-16 trunk, as relative errors, so that any trunk gives like numbers.

With F the trunk's activations of a picture and G its gram matrix (F F^T divided by the number of
positions), after Gatys et al. (CVPR 2016) and Johnson et al. (ECCV 2016)::

    content = mean((F33 - F33_source)^2) / mean(F33_source^2)                  at relu3_3
    style   = sum over relu1_2, 2_2, 3_3, 4_3 of ||G - G_painting||^2 / ||G_painting||^2

Direct optimisation of the pixels with weights 1 : 10 ends near content 0.5 and style 0.02.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from style_pipeline.errors import TrainingError
from style_pipeline.style.training.winograd import FrozenConvolution

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_LAYERS: tuple[tuple[int, ...], ...] = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21))
"""torchvision's numbers of the convolutions up to relu1_2, relu2_2, relu3_3 and relu4_3."""
CONTENT_DEPTH = 2


class Trunk(nn.Module):
    """VGG-16 up to relu4_3, frozen; weights as torchvision names them, ``features.N.weight``."""

    _mean: Tensor
    _deviation: Tensor

    def __init__(self, path: Path) -> None:
        super().__init__()
        try:
            weights = load_file(path)
            self._stages = nn.ModuleList(
                nn.ModuleList(_convolution(weights, number) for number in stage)
                for stage in _LAYERS
            )
        except (OSError, SafetensorError, KeyError) as error:
            raise TrainingError(f"{path} is no VGG-16 trunk in safetensors: {error}") from error
        self.register_buffer("_mean", torch.tensor(_MEAN)[:, None, None])
        self.register_buffer("_deviation", torch.tensor(_DEVIATION)[:, None, None])
        self.requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, pictures: Tensor, depths: int = len(_LAYERS)) -> list[Tensor]:
        """[N, 3, H, W] RGB in [0, 1] to the activations at the first ``depths`` of the four."""
        x = (pictures - self._mean) / self._deviation
        activations: list[Tensor] = []
        for stage in list(self._stages)[:depths]:
            x = functional.max_pool2d(x, 2) if activations else x
            for convolution in stage:  # type: ignore[attr-defined]
                x = functional.relu_(convolution(x))
            activations.append(x)
        return activations


def _convolution(weights: dict[str, Tensor], number: int) -> nn.Conv2d:
    weight, bias = (weights[f"features.{number}.{name}"].float() for name in ("weight", "bias"))
    return FrozenConvolution(weight, bias)


class _Gram(torch.autograd.Function):
    """X^T X, whose derivative is X (D + D^T): one product where autograd would make two.

    Positions lead and channels follow, as channels_last tensors lie in memory, so nothing is moved.
    """

    @staticmethod
    def forward(ctx: Any, activation: Tensor) -> Tensor:
        rows = activation.permute(0, 2, 3, 1).flatten(1, 2)
        ctx.save_for_backward(rows)
        ctx.size = activation.shape[2:]
        return (rows.transpose(1, 2) @ rows).float() / rows.shape[1]

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> Tensor:
        (rows,) = ctx.saved_tensors
        both = (slopes[0] + slopes[0].transpose(1, 2)) / rows.shape[1]
        slope: Tensor = (rows @ both.to(rows.dtype)).reshape(len(rows), *ctx.size, -1)
        return slope.permute(0, 3, 1, 2)


def gram(activation: Tensor) -> Tensor:
    """[N, C, H, W] to float [N, C, C], divided by the number of positions."""
    product: Tensor = _Gram.apply(activation)  # type: ignore[no-untyped-call]
    return product


def content_loss(painted: Sequence[Tensor], source: Sequence[Tensor]) -> Tensor:
    """[N] relative errors between the activations of painted pictures and of their sources."""
    a, b = painted[CONTENT_DEPTH].float(), source[CONTENT_DEPTH].float()
    error: Tensor = (a - b).square().mean((1, 2, 3)) / b.square().mean((1, 2, 3)).clamp_min(1e-6)
    return error


def style_loss(painted: Sequence[Tensor], grams: Sequence[Tensor]) -> Tensor:
    """[N] relative errors between the pictures' grams and the paintings', [N, C, C] each."""
    errors = [
        (gram(activation) - target).square().sum((1, 2)) / target.square().sum((1, 2))
        for activation, target in zip(painted, grams, strict=True)
    ]
    return torch.stack(errors).sum(0)
