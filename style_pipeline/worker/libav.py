"""Where the errors of libav, as PyAV raises them, become ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import av
from av.codec.codec import UnknownCodecError
from av.video.reformatter import Interpolation

from style_pipeline.errors import MediaError

EXACT = (
    Interpolation.BILINEAR
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)
"""How libswscale converts: rounded rightly, and chroma interpolated rather than repeated."""

AT_ONCE = {"probesize": "32", "codec_whitelist": "none"}
"""Opens a file without decoding its first pictures to learn what its header says already: who
decodes it then opens a decoder of his own.
"""


@contextmanager
def libav(doing: str) -> Iterator[None]:
    """Map what PyAV raises in the block to MediaError; ``doing`` says what was being done."""
    try:
        yield
    except UnknownCodecError as error:
        raise MediaError(f"{doing} failed: there is no encoder named {error}") from error
    except av.FFmpegError as error:
        raise MediaError(f"{doing} failed: {error.strerror or error}") from error
