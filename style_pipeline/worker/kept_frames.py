"""The pictures of one shard, kept to be encoded again: on disk, since in 4K they are 300 MB.

As they are given to the encoder, so that none is converted twice. The file has no name, and is gone
when it is closed or the process ends.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

import av
import numpy as np

from style_pipeline.errors import ScratchFull
from style_pipeline.worker.planes import samples


class KeptFrames:
    """Frames of one size and one planar pixel format of 8 bits; iterated over in their order."""

    def __init__(self, width: int, height: int, pixel_format: str) -> None:
        self._shape = width, height, pixel_format
        self._file = TemporaryFile(prefix="style_pipeline-")  # noqa: SIM115 - see close()
        self._count = 0

    def add(self, frame: av.VideoFrame) -> None:
        """Keep one more; raises ScratchFull where the disk is full."""
        with _room():
            for plane in frame.planes:
                self._file.write(samples(plane).tobytes())
        self._count += 1

    def __iter__(self) -> Iterator[av.VideoFrame]:
        with _room():
            self._file.seek(0)
        for _ in range(self._count):
            frame = av.VideoFrame(*self._shape)
            for plane in frame.planes:
                target = samples(plane)
                content = self._file.read(target.size)
                target[:] = np.frombuffer(content, np.uint8).reshape(target.shape)
            yield frame

    def close(self) -> None:
        """Nothing is kept any more."""
        with _room():
            self._file.close()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise ScratchFull(
            "could not keep painted pictures for another try at the bit rate: the disk is full; "
            "free some space and run it again"
        ) from error
