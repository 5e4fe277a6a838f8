"""Where every pixel of a frame was in the frame before it, and where that can be believed.

The flow is DIS (Kroeger, Timofte, Dai, Van Gool: Fast Optical Flow using Dense Inverse Search,
ECCV 2016), as OpenCV computes it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from style_pipeline.errors import MediaError

Picture = NDArray[np.uint8]
"""[H, W, 3] RGB, full range."""

Field = NDArray[np.float32]
"""[H, W, 2]: an x and a y for each pixel, in pixels."""

Mask = NDArray[np.bool_]
"""[H, W]."""


_MEAN = np.full((1, 3), 1 / 3, np.float32)


@dataclass(frozen=True)
class Motion:
    """How one frame became the next.

    The pixel of the later frame at (x, y) was at ``origin[y, x]`` in the earlier one. ``believed``
    is False where that place cannot be trusted: it lies outside the picture, or was hidden.
    """

    origin: Field
    believed: Mask

    def carry(self, picture: Picture) -> NDArray[np.float32]:
        """``picture``, as the earlier frame, moved to where the later one has it; [H, W, 3]."""
        return _at(picture.astype(np.float32), self.origin, cv2.INTER_CUBIC)

    def change(self, before: Picture, after: Picture) -> NDArray[np.float32]:
        """How far ``after`` is from ``before`` carried along; [H, W], mean over channels."""
        apart = cv2.absdiff(after.astype(np.float32), self.carry(before))
        return np.asarray(cv2.transform(apart, _MEAN), np.float32)


class MotionFinder:
    """Finds the motion between frames; keeps its buffers from pair to pair."""

    def __init__(self) -> None:
        # A score must not depend on the machine, and OpenCV promises nothing about more threads.
        cv2.setNumThreads(1)
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def between(self, before: Picture, after: Picture) -> Motion:
        """The motion from ``before`` to ``after``; raises MediaError for pictures under 12 pixels.

        Believed is what flows back to where it came from, as Ruder, Dosovitskiy, Brox
        test it (Artistic Style Transfer for Videos, GCPR 2016).
        """
        backward = self._flow(after, before)
        forward = self._flow(before, after)
        origin = _grid(backward) + backward
        there = _at(forward, origin, cv2.INTER_LINEAR)
        gap = _square(there + backward)
        consistent = gap <= 0.01 * (_square(there) + _square(backward)) + 0.5
        return Motion(origin, consistent & _inside(origin))

    def _flow(self, before: Picture, after: Picture) -> Field:
        grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (before, after)]
        try:
            flow = self._dis.calc(*grey, None)  # type: ignore[call-overload]  # a start is optional
        except cv2.error as error:
            height, width = before.shape[:2]
            raise MediaError(
                f"no motion can be found in pictures of {width}x{height}: {error.err}"
            ) from error
        return np.asarray(flow, dtype=np.float32)


def fitted(picture: Picture, width: int, height: int) -> Picture:
    """``picture`` in another size; each pixel is the mean of the area that it covers."""
    if picture.shape[:2] == (height, width):
        return picture
    scaled = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(scaled, dtype=np.uint8)


def _at(values: NDArray[np.float32], places: Field, interpolation: int) -> NDArray[np.float32]:
    """``values`` at ``places``; the border's value outside."""
    found = cv2.remap(values, places, None, interpolation, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    return np.asarray(found, dtype=np.float32)


def _grid(like: Field) -> Field:
    """Every pixel's own place."""
    height, width = like.shape[:2]
    return np.dstack(np.meshgrid(np.arange(width), np.arange(height))).astype(np.float32)


def _inside(places: Field) -> Mask:
    height, width = places.shape[:2]
    x, y = places[..., 0], places[..., 1]
    inside: Mask = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    return inside


def _square(field: Field) -> NDArray[np.float32]:
    """The square of each place's length; einsum takes several times as long for two numbers."""
    x, y = field[..., 0], field[..., 1]
    square: NDArray[np.float32] = x * x + y * y
    return square
