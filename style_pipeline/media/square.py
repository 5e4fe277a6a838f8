"""Pictures as people see them: upright, and of square pixels, whatever the video's own are."""

from style_pipeline.manifest import VideoFormat
from style_pipeline.media.colours import stored_as_rgb
from style_pipeline.media.ffmpeg import Filtered, Options, Stream


def square_size(video: VideoFormat, widest: int) -> tuple[int, int]:
    """Width and height after turning, with square pixels: even, and at most ``widest`` across."""
    width, height = float(video.width * video.sample_aspect), float(video.height)
    if video.rotation in (90, 270):
        width, height = height, width
    scale = min(1.0, widest / width)
    return _even(width * scale), _even(height * scale)


def squared(stream: Stream, video: VideoFormat, size: tuple[int, int]) -> Filtered:
    """``stream`` of ``video``, which FFmpeg has turned upright, at ``size``; colours unchanged."""
    width, height = size
    options: Options = {"w": width, "h": height, "flags": "lanczos", **_colours(video)}
    return Filtered([Filtered([stream], "scale", options)], "setsar", {"sar": 1})


def _colours(video: VideoFormat) -> Options:
    if stored_as_rgb(video.pixel_format):
        return {}
    return {"in_color_matrix": video.colour.matrix, "in_range": video.colour.range}


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)
