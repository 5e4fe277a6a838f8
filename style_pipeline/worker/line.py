"""The line that every frame passes on one rank: read, paint, encode, store.

Each stage is a generator over the stage before it and runs in a thread of its own, a few items
ahead of the next: while the network works on one frame, the next ones are decoded, the last ones
encoded, and a finished shard is on its way to the store.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from style_pipeline import layout
from style_pipeline.errors import MediaError
from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest, FrameShard, Sidecar
from style_pipeline.store import MediaStore
from style_pipeline.worker.ahead import ahead
from style_pipeline.worker.decoder import decode
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline.worker.missed import Missed
from style_pipeline.worker.rated import RatedShardEncoder, encoder_for
from style_pipeline.worker.stopwatch import Stopwatch

_FRAMES_AHEAD = 3
_FILES_AHEAD = 1

Paint = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""[H, W, 3] uint8 RGB in and out, of the same size."""


@dataclass(frozen=True)
class _Picture:
    shard: FrameShard
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class _StyledFile:
    shard: FrameShard
    content: bytes


@dataclass(frozen=True)
class Line:
    """What one rank's line works with.

    ``open_paint`` is called once, when the first frame is there; ``on_painted`` after every frame.
    ``missed`` grows by every shard that could not be given the size of its bit rate.
    """

    store: MediaStore
    job: StyleJob
    manifest: FrameManifest
    open_paint: Callable[[], Paint]
    on_painted: Callable[[], None]
    stopwatch: Stopwatch
    missed: list[Missed] = field(default_factory=list)

    def run(self, shards: Iterable[FrameShard]) -> Iterator[FrameShard]:
        """Paint ``shards``, taken one by one as the line has room; yields each once it is stored.

        Raises MediaError, StoreError or StyleError, from whichever stage it happened in.
        """
        pictures = ahead(self._read(shards), _FRAMES_AHEAD)
        painted = ahead(self._paint(pictures), _FRAMES_AHEAD)
        files = ahead(self._encode(painted), _FILES_AHEAD)
        for file in files:
            with self.stopwatch("store"):
                self._put(file)
            yield file.shard

    def _read(self, shards: Iterable[FrameShard]) -> Iterator[_Picture]:
        for shard in shards:
            with self.stopwatch("read"):
                content = self._fetch(shard)
            pictures = decode(content, self.manifest.format, shard.count, shard.key)
            while (pixels := self._next(pictures)) is not None:
                yield _Picture(shard, pixels)

    def _next(self, pictures: Iterator[NDArray[np.uint8]]) -> NDArray[np.uint8] | None:
        with self.stopwatch("read"):
            return next(pictures, None)

    def _fetch(self, shard: FrameShard) -> bytes:
        content = self.store.read_bytes(shard.key)
        if hashlib.sha256(content).hexdigest() != shard.sha256:
            raise MediaError(
                f"{shard.key} is not the shard that its manifest describes; "
                "materialise the frames again"
            )
        return content

    def _paint(self, pictures: Iterator[_Picture]) -> Iterator[_Picture]:
        paint: Paint | None = None
        for picture in pictures:
            if paint is None:
                with self.stopwatch("load"):
                    paint = self.open_paint()
            with self.stopwatch("network"):
                pixels = paint(picture.pixels)
            self.on_painted()
            yield _Picture(picture.shard, pixels)

    def _encode(self, pictures: Iterator[_Picture]) -> Iterator[_StyledFile]:
        for first in pictures:
            shard = first.shard
            times = Times.of(self.manifest, shard)
            encoder = encoder_for(self.manifest.format, self.job.encoding, times)
            self._add(encoder, first)
            for picture in islice(pictures, shard.count - 1):
                self._add(encoder, picture)
            with self.stopwatch("encode"):
                content = encoder.finish()
            if encoder.missed is not None:
                self.missed.append(Missed(shard.index, encoder.missed))
            yield _StyledFile(shard, content)

    def _add(self, encoder: ShardEncoder | RatedShardEncoder, picture: _Picture) -> None:
        with self.stopwatch("encode"):
            encoder.add(picture.pixels)

    def _put(self, file: _StyledFile) -> None:
        """The shard first, then its sidecar: where there is a sidecar, the shard is whole."""
        key = self.job.styled_key(file.shard)
        sidecar = Sidecar(
            digest=self.job.shard_digest(file.shard),
            count=file.shard.count,
            sha256=hashlib.sha256(file.content).hexdigest(),
            size=len(file.content),
        )
        self.store.upload(file.content, key)
        self.store.upload(sidecar.to_json(), layout.sidecar_key(key))
