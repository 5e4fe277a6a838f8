"""What turns a painted frame into the look that was asked for: strength, colours, broad strokes.

All tensors are [N, 3, H, W] float RGB in [0, 1].
"""

import torch
from torch import Tensor
from torch.nn import functional

_LUMA = (0.2126, 0.7152, 0.0722)
_RADIUS = 1
_SMOOTHNESS = 1e-3


def mix(source: Tensor, painted: Tensor, strength: float) -> Tensor:
    """``strength`` 0 gives the source, 1 the painting, and every step between moves further."""
    return torch.lerp(source, painted, strength)


def with_colours_of(source: Tensor, painted: Tensor) -> Tensor:
    """The painting's BT.709 luma with the source's colour differences."""
    return (source + luma(painted) - luma(source)).clamp(0, 1)


def luma(x: Tensor) -> Tensor:
    """[N, 1, H, W] BT.709 luma of non-linear RGB."""
    weights = x.new_tensor(_LUMA)[None, :, None, None]
    return (x * weights).sum(1, keepdim=True)


def shrink(source: Tensor, scale: float) -> Tensor:
    """The source at ``scale`` times its size, each pixel the mean of those that it stands for."""
    height, width = source.shape[-2:]
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    return functional.interpolate(source, size=size, mode="area")


def guided_enlarge(painted: Tensor, small: Tensor, source: Tensor) -> Tensor:
    """Bring ``painted`` (of ``small``) to the source's size, its edges where the source's are.

    The fast guided filter (He and Sun, 2015, arXiv:1505.00996) with luma as guide: in every small
    window the painting is a linear function of the source, which is then applied at full size.
    """
    guide = luma(small)
    mean_guide, mean_painted = _box(guide), _box(painted)
    covariance = _box(guide * painted) - mean_guide * mean_painted
    slope = covariance / (_box(guide * guide) - mean_guide.square() + _SMOOTHNESS)
    offset = mean_painted - slope * mean_guide
    size = source.shape[-2:]
    slope, offset = (
        functional.interpolate(_box(x), size=size, mode="bilinear", align_corners=False)
        for x in (slope, offset)
    )
    return (slope * luma(source) + offset).clamp(0, 1)


def _box(x: Tensor) -> Tensor:
    """The mean over each pixel's neighbourhood, counting only pixels inside the picture."""
    side = 2 * _RADIUS + 1
    return functional.avg_pool2d(x, side, 1, _RADIUS, count_include_pad=False)
