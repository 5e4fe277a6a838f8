"""The feed-forward style network: one body, one pair of normalisation vectors per style and layer.

Conditional instance normalisation after Dumoulin et al., "A Learned Representation For Artistic
Style" (ICLR 2017): all styles share the convolutions, and a style is nothing but the scales
(gamma) and shifts (beta) that follow each instance normalisation. A blend of styles is a blend of
those vectors.

The body is shaped for speed on a CPU: two strided convolutions bring the frame to a quarter of its
width and height, the residual blocks work there, and the last layer computes four sub-pixels at
once (Shi et al., "Real-Time Single Image and Video Super-Resolution", CVPR 2016), so that no
convolution runs at full size. Enlarging is bilinear, and the sub-pixels pass a 2x2 mean (Sugawara
et al., "Super-Resolution using Convolutional Neural Networks without Any Checkerboard Artifacts",
ICIP 2018): nothing in the decoder can draw a pattern that is locked to the grid of pixels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-5
_STRIDE = 4
_SMALLEST = 16


@dataclass(frozen=True)
class Architecture:
    """Channel counts: ``stem`` at half size, ``width`` in the blocks, ``tail`` at half size."""

    stem: int = 16
    width: int = 32
    blocks: int = 6
    tail: int = 16

    def gigaflops(self, width: int, height: int) -> float:
        """Multiplications and additions of all convolutions for one frame, in 1e9."""
        half, quarter = width * height / 4, width * height / 16
        stem = half * 25 * 3 * self.stem + quarter * 9 * self.stem * self.width
        blocks = quarter * 9 * self.width * self.width * 2 * self.blocks
        tail = half * 9 * (self.width * self.tail + self.tail * 12)
        return 2 * (stem + blocks + tail) / 1e9


class StyledConvolution(nn.Module):
    """Reflection padding, convolution, instance normalisation, and the style's scale and shift."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, styles: int, stride: int = 1
    ) -> None:
        super().__init__()
        self.padding = kernel // 2
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, bias=False)
        self.gamma = nn.Parameter(torch.ones(styles, outputs))
        self.beta = nn.Parameter(torch.zeros(styles, outputs))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """``x``: [N, inputs, H, W]; ``style``: [N, styles] weights that sum to 1."""
        return self.normalise(self.convolve(x), style)

    def convolve(self, x: Tensor) -> Tensor:
        padded: Tensor = functional.pad(x, [self.padding] * 4, mode="reflect")
        convolved: Tensor = self.convolution(padded)
        return convolved

    def normalise(self, x: Tensor, style: Tensor) -> Tensor:
        normalised = functional.instance_norm(x, eps=EPSILON)
        gamma, beta = style @ self.gamma, style @ self.beta
        return normalised * gamma[:, :, None, None] + beta[:, :, None, None]


class SubPixelOutput(StyledConvolution):
    """The last layer: a convolution to 3 x 4 channels, rearranged to RGB at twice the size.

    A 2x2 mean then takes out whatever differs between the four sub-pixels everywhere alike.
    """

    def __init__(self, inputs: int, kernel: int, styles: int) -> None:
        super().__init__(inputs, 12, kernel, styles)
        self.gamma = nn.Parameter(torch.ones(styles, 3))
        self.beta = nn.Parameter(torch.zeros(styles, 3))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """RGB in [0, 1], at twice the height and width of ``x``."""
        pixels = functional.pixel_shuffle(self.convolve(x), 2)
        padded = functional.pad(pixels, [0, 1, 0, 1], mode="replicate")
        smooth = functional.avg_pool2d(padded, 2, stride=1)
        return torch.sigmoid(self.normalise(smooth, style))


class ResidualBlock(nn.Module):
    """Two styled convolutions, added to their input; no activation after the second."""

    def __init__(self, width: int, styles: int) -> None:
        super().__init__()
        self.first = StyledConvolution(width, width, 3, styles)
        self.second = StyledConvolution(width, width, 3, styles)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        residual: Tensor = self.second(functional.relu(self.first(x, style)), style)
        return x + residual


class StyleNetwork(nn.Module):
    """RGB frames in, painted RGB frames of the same size out.

    ``forward(x, style)``: ``x`` [N, 3, H, W] float in [0, 1], any H and W from 1 on; ``style``
    [N, styles] weights that sum to 1; returns [N, 3, H, W] float in [0, 1].
    """

    def __init__(self, architecture: Architecture, styles: int) -> None:
        super().__init__()
        self.architecture = architecture
        self.styles = styles
        width = architecture.width
        self.stem = nn.ModuleList(
            [
                StyledConvolution(3, architecture.stem, 5, styles, stride=2),
                StyledConvolution(architecture.stem, width, 3, styles, stride=2),
            ]
        )
        self.blocks = nn.ModuleList(
            ResidualBlock(width, styles) for _ in range(architecture.blocks)
        )
        self.rise = StyledConvolution(width, architecture.tail, 3, styles)
        self.output = SubPixelOutput(architecture.tail, 3, styles)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        painted = self.paint(self.encode(_pad_to_stride(x), style), style)
        return painted[:, :, :height, :width]

    def encode(self, x: Tensor, style: Tensor) -> Tensor:
        """[N, 3, H, W] with H and W multiples of 4, to features [N, width, H / 4, W / 4]."""
        for layer in self.stem:
            x = functional.relu(layer(x, style))
        return x

    def paint(self, features: Tensor, style: Tensor) -> Tensor:
        """Features [N, width, H / 4, W / 4] to RGB [N, 3, H, W]."""
        for block in self.blocks:
            features = block(features, style)
        return self.decode(features, style)

    def decode(self, features: Tensor, style: Tensor) -> Tensor:
        """What follows the residual blocks."""
        risen = functional.interpolate(
            features, scale_factor=2.0, mode="bilinear", align_corners=False
        )
        painted: Tensor = self.output(functional.relu(self.rise(risen, style)), style)
        return painted


def _pad_to_stride(x: Tensor) -> Tensor:
    """Repeat the last row and column until both sizes are multiples of 4 and large enough."""
    height, width = x.shape[-2:]
    bottom = max(-height % _STRIDE, _SMALLEST - height)
    right = max(-width % _STRIDE, _SMALLEST - width)
    if not bottom and not right:
        return x
    return functional.pad(x, [0, right, 0, bottom], mode="replicate")
