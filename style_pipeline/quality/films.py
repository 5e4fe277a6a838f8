"""Two whole videos side by side, frame by frame; for files that you trust, in the order shown."""

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

import av
import numpy as np

from style_pipeline.errors import UnusableVideo
from style_pipeline.quality.flicker import Moment
from style_pipeline.quality.motion import Picture


def moments(source: Path, painted: Path) -> Iterator[Moment]:
    """Every frame of both videos; only the current ones are held in memory.

    Raises UnusableVideo where a file cannot be decoded, or ends before the other.
    """
    pairs = zip_longest(_pictures(source), _pictures(painted))
    for number, (before, after) in enumerate(pairs):
        if before is None or after is None:
            shorter, longer = (source, painted) if before is None else (painted, source)
            raise UnusableVideo(
                f"{shorter} has {number} frames and {longer} has more; "
                "compare a video with what was painted from it"
            )
        yield Moment(before, after)


def _pictures(path: Path) -> Iterator[Picture]:
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False)
    except (av.FFmpegError, IndexError) as error:
        reason = getattr(error, "strerror", None) or "it holds no video"
        raise UnusableVideo(f"{path} cannot be decoded: {reason}") from error
