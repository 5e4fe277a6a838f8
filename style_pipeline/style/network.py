"""The feed-forward style network: one body, one pair of normalisation vectors per style and layer.

Conditional instance normalisation after Dumoulin et al., "A Learned Representation For Artistic
Style" (ICLR 2017): all styles share the convolutions, and a style is nothing but the scales
(gamma) and shifts (beta) that follow each instance normalisation. A blend of styles is a blend of
those vectors.

The body is shaped for speed on a CPU: two strided convolutions bring the frame to a quarter of its
width and height, residual blocks work there, some of them at an eighth with more channels, where
broad strokes are made, and the last layer computes four sub-pixels at once (Shi et al., "Real-Time
Single Image and Video Super-Resolution", CVPR 2016), so that no convolution runs at full size.
Enlarging is bilinear, and the sub-pixels pass a 2x2 mean (Sugawara et al., "Super-Resolution using
Convolutional Neural Networks without Any Checkerboard Artifacts", ICIP 2018): nothing in the
decoder can draw a pattern that is locked to the grid of pixels.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-5
EVEN = 1e-10
_STRIDE = 4
_SMALLEST = 16


@dataclass(frozen=True)
class Architecture:
    """Channel counts: ``stem`` and ``tail`` at half size, ``width`` at a quarter, ``deep`` at an
    eighth; ``blocks`` and ``deep_blocks`` count the residual blocks at the latter two."""

    stem: int = 16
    width: int = 32
    blocks: int = 4
    deep: int = 64
    deep_blocks: int = 2
    tail: int = 16

    def gigaflops(self, width: int, height: int) -> float:
        """Multiplications and additions of all convolutions for one frame, in 1e9."""
        half, quarter, eighth = (width * height / stride**2 for stride in (2, 4, 8))
        stem = half * 25 * 3 * self.stem + quarter * 9 * self.stem * self.width
        blocks = quarter * 9 * self.width * self.width * 2 * self.blocks
        deep = eighth * 9 * 2 * self.deep * (self.width + self.deep * self.deep_blocks)
        tail = half * 9 * (self.width * self.tail + self.tail * 12)
        return 2 * (stem + blocks + deep + tail) / 1e9


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
        x = x.to(self.convolution.weight.dtype)
        padded: Tensor = functional.pad(x, [self.padding] * 4, mode="reflect")
        convolved: Tensor = self.convolution(padded)
        return convolved

    def normalise(self, x: Tensor, style: Tensor) -> Tensor:
        """Instance normalisation, scaled by gamma and shifted by beta.

        A channel that is even but for rounding becomes even: normalisation after normalisation
        would otherwise blow rounding up until an all-black frame shows it.
        """
        x = x.float()
        variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
        gamma, beta = (style @ rows for rows in (self.gamma, self.beta))
        scale = gamma[:, :, None, None].float() * torch.rsqrt(variance + EPSILON)
        scale = torch.where(variance > EVEN, scale, 0.0)
        return torch.addcmul(beta[:, :, None, None].float() - mean * scale, x, scale)


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
        padded = functional.pad(pixels, [0, 1, 0, 1], mode="reflect")
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


class DeepPath(nn.Module):
    """Residual blocks at half the size and more channels, added to their input.

    It starts as nothing: the last scale (gamma) is zero until training raises it.
    """

    def __init__(self, width: int, deep: int, blocks: int, styles: int) -> None:
        super().__init__()
        self.fall = StyledConvolution(width, deep, 3, styles, stride=2)
        self.blocks = nn.ModuleList(ResidualBlock(deep, styles) for _ in range(blocks))
        self.rise = StyledConvolution(deep, width, 3, styles)
        nn.init.zeros_(self.rise.gamma)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        deep = functional.relu(self.fall(x, style))
        for block in self.blocks:
            deep = block(deep, style)
        risen = functional.interpolate(
            self.rise(deep, style), size=x.shape[-2:], mode="bilinear", align_corners=False
        )
        return x + risen


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
        self.deep = DeepPath(width, architecture.deep, architecture.deep_blocks, styles)
        self.rise = StyledConvolution(width, architecture.tail, 3, styles)
        self.output = SubPixelOutput(architecture.tail, 3, styles)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        painted = self.paint(self.encode(pad_to_stride(x), style), style)
        return painted[:, :, :height, :width]

    def encode(self, x: Tensor, style: Tensor) -> Tensor:
        """[N, 3, H, W] with H and W multiples of 4, to features [N, width, H / 4, W / 4]."""
        for layer in self.stem:
            x = functional.relu(layer(x, style))
        return x

    def paint(self, features: Tensor, style: Tensor) -> Tensor:
        """Features [N, width, H / 4, W / 4] to RGB [N, 3, H, W]."""
        middle = len(self.blocks) // 2
        for block in self.blocks[:middle]:
            features = block(features, style)
        features = self.deep(features, style)
        for block in self.blocks[middle:]:
            features = block(features, style)
        return self.decode(features, style)

    def decode(self, features: Tensor, style: Tensor) -> Tensor:
        """What follows the residual blocks."""
        risen = functional.interpolate(
            features, scale_factor=2.0, mode="bilinear", align_corners=False
        )
        painted: Tensor = self.output(functional.relu(self.rise(risen, style)), style)
        return painted


def padded_size(size: int) -> int:
    """The height, or width, that the network works at: a multiple of 4, and large enough."""
    return max(size + -size % _STRIDE, _SMALLEST)


def pad_to_stride(x: Tensor) -> Tensor:
    """Repeat the last row and column until both sizes are such that the network can work."""
    height, width = x.shape[-2:]
    bottom, right = padded_size(height) - height, padded_size(width) - width
    if not bottom and not right:
        return x
    return functional.pad(x, [0, right, 0, bottom], mode="replicate")
