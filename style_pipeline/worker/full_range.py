"""RGB to YUV of full range, rounded: libswscale cuts the fraction off, half a level too low.

Pictures of limited range, and of more than 8 bits, it converts rightly and faster.
"""

from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from style_pipeline.worker.colour import FULL_RANGE, ColourNumbers
from style_pipeline.worker.planes import samples

_WEIGHTS: Final = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""Kr and Kb by H.273's number of a matrix (ITU-T H.273, table 4)."""

_FORMATS = ("yuv420p", "yuv444p")


def applies(tags: ColourNumbers, pixel_format: str) -> bool:
    """Whether :func:`full_range_frame` is for such pictures."""
    return tags.range == FULL_RANGE and pixel_format in _FORMATS


def full_range_frame(
    picture: NDArray[np.uint8], tags: ColourNumbers, pixel_format: str
) -> av.VideoFrame:
    """``picture``, [H, W, 3] uint8 RGB, as a frame of ``yuv420p`` or ``yuv444p``."""
    planes = picture.reshape(-1, 3).astype(np.float32) @ _matrix(tags.matrix).T
    luma, *chroma = (plane.reshape(picture.shape[:2]) for plane in planes.T)
    if pixel_format == "yuv420p":
        chroma = [_halved(plane) for plane in chroma]
    frame = av.VideoFrame(picture.shape[1], picture.shape[0], pixel_format)
    for plane, level in zip(frame.planes, [luma, *(one + 128 for one in chroma)], strict=True):
        samples(plane)[:] = _rounded(level)
    return frame


def _matrix(number: int) -> NDArray[np.float32]:
    """Rows for Y, Cb and Cr (ITU-T H.273, equations 38 to 40)."""
    kr, kb = _WEIGHTS[number]
    luma = np.array([kr, 1 - kr - kb, kb])
    blue = (np.array([0, 0, 1]) - luma) / (2 - 2 * kb)
    red = (np.array([1, 0, 0]) - luma) / (2 - 2 * kr)
    return np.stack([luma, blue, red]).astype(np.float32)


def _halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """A sample for every 2x2, at the left edge in between both lines, as 4:2:0 is sited.

    An odd side's last line is taken twice.
    """
    plane = np.pad(plane, [(0, side % 2) for side in plane.shape], "edge")
    lines = (plane[::2] + plane[1::2]) / 2
    left = np.concatenate([lines[:, :1], lines[:, 1:-1:2]], axis=1)
    return np.asarray((left + 2 * lines[:, ::2] + lines[:, 1::2]) / 4, np.float32)


def _rounded(plane: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)
