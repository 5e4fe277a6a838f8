"""A shard at a bit rate: encoded at one quality after another, until its size fits its time.

An encoder that is told a bit rate learns only on its way what the pictures cost, and a shard ends
too soon for it to make good what it spent. One quality for the whole of a shard spends evenly
instead. The first try runs while the pictures are painted, the others from what was kept of them.
"""

from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from style_pipeline.errors import MediaError
from style_pipeline.job import RATE_TOLERANCE, Encoding
from style_pipeline.manifest import VideoFormat
from style_pipeline.worker import codecs
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline.worker.kept_frames import KeptFrames
from style_pipeline.worker.rate import Search, Try


class RatedShardEncoder:
    """Encodes one shard as :class:`ShardEncoder` does, but at ``encoding.bit_rate``.

    ``tries`` are all that were made.
    """

    def __init__(self, format: VideoFormat, encoding: Encoding, times: Times) -> None:
        self._format, self._encoding, self._times = format, encoding, times
        self._search = _search(format, encoding, times)
        size = format.width, format.height
        self._kept = KeptFrames(*size, codecs.pixel_format(encoding, *size))
        self._quality = self._search.first()
        self._first = self._encoder(self._quality)
        self.tries: list[Try] = []

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Encode the next picture, [H, W, 3] uint8 RGB, full range."""
        frame = self._first.convert(picture)
        self._kept.add(frame)
        self._first.add_frame(frame)

    def finish(self) -> bytes:
        """The whole file; raises MediaError where a picture is missing."""
        with closing(self._kept):
            content = self._first.finish()
            self.tries.append(Try(self._quality, self._first.packet_bytes))
            del self._first  # an encoder's memory at a time is enough
            while (quality := self._search.following(self.tries)) is not None:
                other = self._again(quality)
                if self.chosen is self.tries[-1]:
                    content = other
        return content

    @property
    def chosen(self) -> Try:
        """The try that a finished shard is."""
        return self._search.best(self.tries)

    @property
    def missed(self) -> float | None:
        """How many times what its bit rate leaves it a finished shard takes.

        None within the tolerance; elsewhere, no quality of the codec comes nearer.
        """
        excess = self._search.excess(self.chosen)
        return None if abs(excess) <= RATE_TOLERANCE else 1 + excess

    def _again(self, quality: float) -> bytes:
        encoder = self._encoder(quality)
        for frame in self._kept:
            encoder.add_frame(frame)
        content = encoder.finish()
        self.tries.append(Try(quality, encoder.packet_bytes))
        return content

    def _encoder(self, quality: float) -> ShardEncoder:
        return ShardEncoder(self._format, self._encoding, self._times, quality)


def encoder_for(
    format: VideoFormat, encoding: Encoding, times: Times
) -> ShardEncoder | RatedShardEncoder:
    """What encodes a shard as ``encoding`` asks."""
    kind = ShardEncoder if encoding.bit_rate is None else RatedShardEncoder
    return kind(format, encoding, times)


def _search(format: VideoFormat, encoding: Encoding, times: Times) -> Search:
    scale = codecs.codec_of(encoding).scale
    if scale is None or encoding.bit_rate is None:
        raise MediaError(f"{encoding.codec} has no bit rate to choose")
    seconds = sum(times.durations) * times.time_base
    budget = float(encoding.bit_rate * seconds / 8)
    return Search(scale, budget, format.width * format.height * len(times.pts))
