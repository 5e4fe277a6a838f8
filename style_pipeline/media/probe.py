"""What an uploaded file is: its video, its times, its audio, and whether all of it is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import VideoFormat
from style_pipeline.media import colours, ffmpeg, packets
from style_pipeline.media.ffmpeg import Blame
from style_pipeline.media.packets import Packet, PacketLog

_MISSING_SECONDS = Fraction(1, 2)
"""A container that promises this much more than its packets hold was cut off."""

_BLAME = Blame(
    "read the file as a video",
    "upload a whole mp4, mov, mkv, webm, avi or ts file",
    UnusableVideo,
)


@dataclass(frozen=True)
class AudioStream:
    """One audio stream. ``start`` is its first packet's time in seconds, encoder delay included."""

    stream_index: int
    codec: str
    sample_rate: int
    channels: int
    language: str
    start: Fraction
    packets: int


@dataclass(frozen=True)
class SourceProbe:
    """What a file says about itself before anything is decoded.

    ``container`` is FFmpeg's name of it; ``duration`` is in seconds, None where it does not say.
    ``packet_pts`` are the times of all pictures to be shown, in order, in the video's time base
    (empty where the container keeps no times); ``last_duration`` is how long the last one stays.
    ``declared_frames`` is the container's own count, which may be wrong, ``packets`` the readable
    video packets that are to be shown. ``streams`` counts streams of every kind.
    """

    container: str
    duration: Fraction | None
    video: VideoFormat
    video_codec: str
    video_stream_index: int
    declared_frames: int | None
    packets: int
    packet_pts: tuple[int, ...]
    last_duration: int
    audio: tuple[AudioStream, ...]
    streams: int


def probe(path: Path) -> SourceProbe:
    """Describe the video at ``path`` without decoding it.

    Raises UnusableVideo where it is missing, empty, not a video, of a refused kind, or cut off.
    """
    _refuse_absent(path)
    content = ffmpeg.probe_json(path, ["-show_format", "-show_streams"], _BLAME)
    stream = _video_stream(content.get("streams", []))
    log = packets.read(path, _BLAME)
    result = _describe(content, stream, log)
    _refuse_cut_off(path, result, log, content)
    return result


def _refuse_absent(path: Path) -> None:
    if not path.is_file():
        raise UnusableVideo(f"there is no file {path.name!r}; check its path")
    if path.stat().st_size == 0:
        raise UnusableVideo("the file is empty; upload it again")


def _video_stream(streams: list[dict[str, Any]]) -> dict[str, Any]:
    """The first stream of moving pictures; cover art and thumbnails are none."""
    stills = ("attached_pic", "timed_thumbnails", "still_image")
    for stream in streams:
        marks = stream.get("disposition", {})
        if stream.get("codec_type") == "video" and not any(marks.get(mark) for mark in stills):
            return _usable(stream)
    raise UnusableVideo("the file holds no video; upload one that does")


def _usable(stream: dict[str, Any]) -> dict[str, Any]:
    if "pix_fmt" not in stream or not stream.get("width") or not stream.get("height"):
        codec = stream.get("codec_name", "unknown")
        raise UnusableVideo(f"the video ({codec}) cannot be decoded; upload it as H.264 in an mp4")
    if stream["width"] * stream["height"] > ffmpeg.MAX_PIXELS:
        raise UnusableVideo(
            f"pictures of {stream['width']}x{stream['height']} are too large; "
            f"scale the video to {ffmpeg.MAX_PIXELS:,} pixels or fewer"
        )
    return stream


def _describe(content: Mapping[str, Any], stream: dict[str, Any], log: PacketLog) -> SourceProbe:
    shown = [packet for packet in log.of(stream["index"]) if packet.shown]
    pts = sorted(packet.pts for packet in shown if packet.pts is not None)
    container = content["format"]
    return SourceProbe(
        container=container["format_name"],
        duration=_fraction(container.get("duration")),
        video=_format(stream),
        video_codec=stream["codec_name"],
        video_stream_index=stream["index"],
        declared_frames=int(stream["nb_frames"]) if "nb_frames" in stream else None,
        packets=len(shown),
        packet_pts=tuple(pts),
        last_duration=_last_duration(shown, pts, stream),
        audio=tuple(
            _audio(other, log) for other in content["streams"] if other.get("codec_type") == "audio"
        ),
        streams=len(content["streams"]),
    )


def _format(stream: Mapping[str, Any]) -> VideoFormat:
    return VideoFormat(
        width=stream["width"],
        height=stream["height"],
        pixel_format=stream["pix_fmt"],
        sample_aspect=_ratio(stream.get("sample_aspect_ratio")) or Fraction(1),
        rotation=_rotation(stream),
        frame_rate=_frame_rate(stream),
        time_base=Fraction(stream["time_base"]),
        colour=colours.resolve(stream),
    )


def _frame_rate(stream: Mapping[str, Any]) -> Fraction:
    """The average rate, else the one that the codec names."""
    rates = (_ratio(stream.get(name)) for name in ("avg_frame_rate", "r_frame_rate"))
    return next((rate for rate in rates if rate), 1 / Fraction(stream["time_base"]))


def _rotation(stream: Mapping[str, Any]) -> int:
    angles = [data["rotation"] for data in stream.get("side_data_list", []) if "rotation" in data]
    angle = round(float(angles[0])) % 360 if angles else 0
    if angle % 90:
        raise UnusableVideo(
            f"the video is to be turned by {angle} degrees; only quarter turns can be kept"
        )
    return angle


def _last_duration(shown: list[Packet], pts: list[int], stream: Mapping[str, Any]) -> int:
    """What the last picture's packet says, else as long as the picture before, else 1/rate.

    FFmpeg shortens an mp4's last packet by as much as the video starts late; where the stream
    counts its frames, its own duration is right.
    """
    said = [packet.duration or 0 for packet in shown if pts and packet.pts == pts[-1]]
    if said and "nb_frames" in stream:
        said[0] = max(said[0], stream.get("start_pts", 0) + stream.get("duration_ts", 0) - pts[-1])
    if said and said[0]:
        return said[0]
    if len(pts) > 1:
        return pts[-1] - pts[-2]
    return max(1, round(1 / (_frame_rate(stream) * Fraction(stream["time_base"]))))


def _audio(stream: Mapping[str, Any], log: PacketLog) -> AudioStream:
    found = log.of(stream["index"])
    times = [packet.pts for packet in found if packet.pts is not None]
    return AudioStream(
        stream_index=stream["index"],
        codec=stream.get("codec_name", "unknown"),
        sample_rate=int(stream.get("sample_rate", 0)),
        channels=int(stream.get("channels", 0)),
        language=stream.get("tags", {}).get("language", "und"),
        start=(times[0] if times else 0) * Fraction(stream["time_base"]),
        packets=len(found),
    )


def _refuse_cut_off(
    path: Path, found: SourceProbe, log: PacketLog, content: Mapping[str, Any]
) -> None:
    if found.packets == 0:
        raise UnusableVideo("the video holds no pictures; it was cut off, upload it again")
    _refuse_fewer_than_declared(path, found)
    missing = _missing_seconds(found, log, content)
    if missing > _MISSING_SECONDS:
        raise UnusableVideo(
            f"the video is cut off: the last {float(missing):.1f} s of its "
            f"{float(found.duration or 0):.1f} s are not there; upload it again"
        )


def _refuse_fewer_than_declared(path: Path, found: SourceProbe) -> None:
    """Only mp4's index lists every frame; it lists those too that an edit list hides."""
    declared = found.declared_frames or 0
    if not found.container.startswith("mov") or found.packets >= declared:
        return
    readable = packets.count_without_edits(path, found.video_stream_index, _BLAME)
    if readable < declared:
        raise UnusableVideo(
            f"the video is cut off: {readable} of its {declared} frames are there; upload it again"
        )


def _missing_seconds(found: SourceProbe, log: PacketLog, content: Mapping[str, Any]) -> Fraction:
    """How much longer the container claims to be than any of its streams reaches."""
    bases = {stream["index"]: Fraction(stream["time_base"]) for stream in content["streams"]}
    ends = [
        (packet.pts + (packet.duration or 0)) * bases[packet.stream]
        for packet in log.packets
        if packet.pts is not None and packet.stream in bases
    ]
    start = _fraction(content["format"].get("start_time")) or Fraction(0)
    if found.duration is None or not ends:
        return Fraction(0)
    return start + found.duration - max(ends)


def _ratio(text: str | None) -> Fraction | None:
    """``30000/1001`` or ``4:3``; None for ``0/0`` and the like."""
    above, _, below = (text or "").replace(":", "/").partition("/")
    if not above.isdigit() or not below.isdigit() or int(below) == 0:
        return None
    return Fraction(int(above), int(below)) or None


def _fraction(text: str | None) -> Fraction | None:
    try:
        return Fraction(text) if text is not None else None
    except ValueError:
        return None
