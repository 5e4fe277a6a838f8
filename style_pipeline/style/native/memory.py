"""How much memory a frame takes, and into how many bands it has to be cut to take less."""

import torch

from style_pipeline.style.network import Architecture, padded_size

_MOST_BANDS = 64
_FLOAT = 4


def bytes_for(
    architecture: Architecture, height: int, width: int, dtype: torch.dtype, bands: int = 1
) -> int:
    """Bytes of everything that lives at once while one frame is painted, beside the frame itself.

    Per pixel of the frame: what is kept whole at a quarter of the size (two streams and one raw
    layer in float32, one raw layer and the edged input of the next in ``dtype``), an eighth of
    which again for the deep path; and, divided by the bands, the larger layers: the stem's in
    float32 with its padded input, and what follows the blocks in ``dtype`` with the 2x2 means in
    float32.
    """
    pixels = padded_size(height) * padded_size(width)
    small = dtype.itemsize
    whole = architecture.width * (3 * _FLOAT + 2 * small) / 16 + architecture.deep * 10 / 64
    stem = 3 * _FLOAT + architecture.stem * 2 * _FLOAT / 4
    expansion = (architecture.width + 2 * architecture.tail + 12) * small / 4 + 3 * _FLOAT
    return int(pixels * (whole + (stem + expansion) / bands))


def fewest_bands(
    architecture: Architecture, height: int, width: int, dtype: torch.dtype, budget: int | None
) -> int:
    """Into how many bands a frame is cut to be painted in ``budget`` bytes; None has no limit."""
    if budget is None:
        return 1
    number = 1
    while number < _MOST_BANDS and bytes_for(architecture, height, width, dtype, number) > budget:
        number *= 2
    return number
