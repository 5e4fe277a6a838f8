"""The two networks of arbitrary stylisation, as plain modules that take pictures of any size.

The predictor is MobileNetV2 (Sandler et al., CVPR 2018) with its class scores replaced by the 100
numbers of a style. The transformer is the network of Johnson et al. (ECCV 2016) with a quarter of
its channels; what makes it paint in one style rather than another is the scale (gamma) and the
shift (beta) after each instance normalisation, which are linear in those 100 numbers. Batch
normalisations are folded into the convolutions that they follow.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from style_pipeline.style.network import pad_to_stride

STYLE_NUMBERS = 100
"""How many numbers describe a style."""

_EPSILON = 1e-5
_STAGES = (
    # times wider inside, channels, blocks, stride of the first
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


class SameConvolution(nn.Conv2d):
    """A convolution whose output is 1 / stride of its input's size, zeros around the edges.

    Where the stride is 2, the zeros stand only below and to the right, as TensorFlow puts them.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups)
        before, after = (kernel - stride) // 2, (kernel - stride + 1) // 2
        self.edges = [before, after, before, after]

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(functional.pad(x, self.edges) if any(self.edges) else x)


class InvertedResidual(nn.Module):
    """MobileNetV2's block: wider, spatial in each channel alone, narrower; added to its input."""

    def __init__(self, inputs: int, outputs: int, widening: int, stride: int) -> None:
        super().__init__()
        inside = inputs * widening
        self.expand = SameConvolution(inputs, inside, 1) if widening > 1 else None
        self.depthwise = SameConvolution(inside, inside, 3, stride, groups=inside)
        self.project = SameConvolution(inside, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        inside = functional.relu6(self.expand(x)) if self.expand else x
        inside = functional.relu6(self.depthwise(inside))
        projected: Tensor = self.project(inside)
        return x + projected if self.adds else projected


class StylePredictor(nn.Module):
    """Paintings in, styles out: [N, 3, H, W] RGB in [0, 1] to [N, 100].

    It was trained on paintings of 256 x 256 pixels; H and W are multiples of 32.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConvolution(3, 32, 3, 2)
        self.blocks = nn.ModuleList()
        inputs = 32
        for widening, outputs, count, stride in _STAGES:
            for i in range(count):
                block = InvertedResidual(inputs, outputs, widening, 1 if i else stride)
                self.blocks.append(block)
                inputs = outputs
        self.top = SameConvolution(inputs, 1280, 1)
        self.style = SameConvolution(1280, STYLE_NUMBERS, 1)

    def forward(self, paintings: Tensor) -> Tensor:
        x = functional.relu6(self.stem(paintings))
        for block in self.blocks:
            x = block(x)
        x = functional.relu6(self.top(x)).mean((2, 3), keepdim=True)
        style: Tensor = self.style(x)
        return style.flatten(1)


class MirroredConvolution(nn.Conv2d):
    """A convolution with the picture mirrored at its edges; 1 / stride of the input's size."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, bias: bool = True
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride, bias=bias)
        self.edges = [kernel // 2] * 4

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(functional.pad(x, self.edges, mode="reflect"))


class StyledConvolution(nn.Module):
    """A convolution, instance normalisation, and the scale and shift that the style asks for."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__()
        self.convolution = MirroredConvolution(inputs, outputs, kernel, bias=False)
        self.gamma = nn.Linear(STYLE_NUMBERS, outputs)
        self.beta = nn.Linear(STYLE_NUMBERS, outputs)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """``x``: [N, inputs, H, W]; ``style``: [N, 100]; returns [N, outputs, H, W]."""
        normalised = functional.instance_norm(self.convolution(x), eps=_EPSILON)
        gamma, beta = self.gamma(style)[:, :, None, None], self.beta(style)[:, :, None, None]
        return torch.addcmul(beta, normalised, gamma)


class ResidualBlock(nn.Module):
    """Two styled convolutions, added to their input; no activation after the second."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = StyledConvolution(width, width, 3)
        self.second = StyledConvolution(width, width, 3)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        residual: Tensor = self.second(functional.relu(self.first(x, style)), style)
        return x + residual


class StyleTransformer(nn.Module):
    """RGB frames in, painted RGB frames of the same size out.

    ``forward(frames, styles)``: ``frames`` [N, 3, H, W] float in [0, 1], any H and W from 1 on;
    ``styles`` [N, 100], or [1, 100] for one style on all; returns [N, 3, H, W] float in [0, 1].
    """

    def __init__(self) -> None:
        super().__init__()
        self.contract = nn.Sequential(
            *(MirroredConvolution(3, 8, 9), nn.ReLU()),
            *(MirroredConvolution(8, 16, 3, 2), nn.ReLU()),
            *(MirroredConvolution(16, 32, 3, 2), nn.ReLU()),
        )
        self.blocks = nn.ModuleList(ResidualBlock(32) for _ in range(5))
        self.expand = nn.ModuleList([StyledConvolution(32, 16, 3), StyledConvolution(16, 8, 3)])
        self.output = StyledConvolution(8, 3, 9)

    def forward(self, frames: Tensor, styles: Tensor) -> Tensor:
        height, width = frames.shape[-2:]
        x = self.contract(pad_to_stride(frames))
        for block in self.blocks:
            x = block(x, styles)
        for layer in self.expand:
            x = functional.relu(layer(functional.interpolate(x, scale_factor=2.0), styles))
        painted: Tensor = self.output(x, styles)
        return torch.sigmoid(painted)[:, :, :height, :width]


def gigaflops(width: int, height: int) -> float:
    """Multiplications and additions of the transformer's convolutions for one frame, in 1e9."""
    full, half, quarter = (width * height / stride**2 for stride in (1, 2, 4))
    contract = full * 81 * 3 * 8 + half * 9 * 8 * 16 + quarter * 9 * 16 * 32
    blocks = quarter * 9 * 32 * 32 * 10
    expand = half * 9 * 32 * 16 + full * 9 * 16 * 8 + full * 81 * 8 * 3
    return 2 * (contract + blocks + expand) / 1e9
