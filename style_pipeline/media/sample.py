"""A few frames of any video as pictures, evenly spread, most of it never decoded."""

from math import floor
from pathlib import Path

from style_pipeline.errors import UnusableVideo
from style_pipeline.media import ffmpeg
from style_pipeline.media.ffmpeg import Blame, Filtered, Input, Options, Output, Stream
from style_pipeline.media.probe import SourceProbe, probe
from style_pipeline.media.square import square_size, squared
from style_pipeline.media.stills import chosen_frames

_WIDEST = 1280
_INDEXED = ("mov", "matroska")
_BLAME = Blame("take frames from the video", "it is damaged, name another one", UnusableVideo)


def sample(video: Path, folder: Path, wanted: int = 3) -> tuple[Path, ...]:
    """Up to ``wanted`` frames of ``video`` as PNG files in ``folder``, in order.

    Raises UnusableVideo where ``video`` is none, or a frame cannot be decoded.
    """
    found = probe(video)
    numbers = chosen_frames(found.packets, wanted)
    return tuple(_take(video, found, number, folder / f"{number:06d}.png") for number in numbers)


def _take(video: Path, found: SourceProbe, number: int, target: Path) -> Path:
    """Frame ``number``: sought by its time, or counted where a container has no index."""
    sought: Options = {}
    stream: Stream = (0, str(found.video_stream_index))
    if found.container.startswith(_INDEXED):
        time = found.packet_pts[number] * found.video.time_base
        sought = {"ss": f"{floor(time * 1_000_000)}us", "seek_timestamp": 1}
    else:
        stream = Filtered([stream], "select", {"expr": f"eq(n,{number})"})
    shown = squared(stream, found.video, square_size(found.video, _WIDEST))
    picture: Options = {"frames:v": 1, "f": "image2", "pix_fmt": "rgb24"}
    ffmpeg.run([Input(video, sought)], [Output(target, [shown], picture)], _BLAME)
    if not target.exists():
        raise UnusableVideo(f"frame {number} of {video.name} cannot be decoded; name another video")
    return target
