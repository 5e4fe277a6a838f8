"""RGB pictures as an encoder wants them: its pixel format, by the video's matrix and range."""

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from style_pipeline.worker import colour
from style_pipeline.worker.colour import ColourNumbers
from style_pipeline.worker.full_range import applies, full_range_frame
from style_pipeline.worker.libav import EXACT


class Conversion:
    """Converts the pictures of one shard."""

    def __init__(self, tags: ColourNumbers, pixel_format: str) -> None:
        self._tags = tags
        self._format = pixel_format
        self._reformatter = VideoReformatter()

    def __call__(self, picture: NDArray[np.uint8]) -> av.VideoFrame:
        """``picture``, [H, W, 3] uint8 RGB, full range, as a frame; raises av.FFmpegError."""
        if applies(self._tags, self._format):
            return full_range_frame(picture, self._tags, self._format)
        return self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(np.ascontiguousarray(picture), format="rgb24"),
            format=self._format,
            src_color_range=colour.FULL_RANGE,
            dst_colorspace=self._tags.swscale_matrix,
            dst_color_range=self._tags.range,
            interpolation=EXACT,
            threads=1,
        )
