"""The planes of a frame as arrays."""

import numpy as np
from av.video.plane import VideoPlane
from numpy.typing import NDArray


def samples(plane: VideoPlane) -> NDArray[np.uint8]:
    """What a plane of 8 bits shows, [height, width] uint8, to be read and written.

    Without what its lines are padded with.
    """
    lines = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    return lines[:, : plane.width]
