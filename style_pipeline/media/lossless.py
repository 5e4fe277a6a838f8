"""How frames are stored without loss: by the fastest codec that can hold their pixel format."""

from collections.abc import Sequence

from style_pipeline.manifest import VideoFormat
from style_pipeline.media.colours import stored_as_rgb
from style_pipeline.media.ffmpeg import Options
from style_pipeline.media.treatment import Treatment

_X264_FORMATS = {
    "yuv420p": (2, 2),
    "yuvj420p": (2, 2),
    "yuv420p10le": (2, 2),
    "yuv422p": (2, 1),
    "yuvj422p": (2, 1),
    "yuv422p10le": (2, 1),
    "yuv444p": (1, 1),
    "yuvj444p": (1, 1),
    "yuv444p10le": (1, 1),
}
"""What x264 stores without loss, and what width and height must be multiples of."""

_TINY = 16
"""FFV1 finds no way to cut some smaller pictures into slices by itself."""


def lossless_options(treated: Treatment, frame_format: str) -> Options:
    """Filter and encoder options: PNG where asked for, else H.264 where it fits, else FFV1."""
    video = treated.format
    if frame_format == "png":
        filters = [*treated.filters, *_to_rgb(video)]
        return {"c:v": "png", "pix_fmt": "rgb24", **_chain(filters)}
    across, down = _X264_FORMATS.get(video.pixel_format, (0, 0))
    if across and video.width % across == 0 and video.height % down == 0:
        fast: Options = {"c:v": "libx264", "qp": 0, "preset": "ultrafast"}
        return {**fast, "pix_fmt": video.pixel_format, **_chain(treated.filters)}
    whole: Options = {"slices": 1} if min(video.width, video.height) < _TINY else {}
    return {"c:v": "ffv1", "level": 3, **whole, **_chain(treated.filters)}


def _chain(filters: Sequence[str]) -> Options:
    return {"vf": ",".join(filters)} if filters else {}


def _to_rgb(video: VideoFormat) -> list[str]:
    if stored_as_rgb(video.pixel_format):
        return []
    matrix = video.colour.matrix
    return [f"scale=in_color_matrix={matrix}:in_range={video.colour.range}:out_range=pc"]
