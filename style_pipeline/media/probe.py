"""What an uploaded file is: its video, its times, its audio, and whether all of it is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from style_pipeline import cancellation
from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import AudioStream, VideoFormat
from style_pipeline.media import colours, completeness, ffmpeg, packets, streams
from style_pipeline.media.completeness import Promise, declared, described, refuse_cut_off
from style_pipeline.media.ffmpeg import Blame
from style_pipeline.media.packets import Packet, PacketLog
from style_pipeline.media.streams import Chapter, OtherStream

_MUXERS = (
    "major_brand", "minor_version", "compatible_brands", "encoder", "duration", "software",
    "encodingsettings", "metadatacreator",
)  # fmt: skip
"""Tags by which programs speak of themselves, in lower case."""

_BLAME = Blame(
    "read the file as a video",
    "upload a whole video: mp4, mov, mkv, webm, avi, ts, flv, wmv or ogg",
    UnusableVideo,
)


@dataclass(frozen=True)
class SourceProbe:
    """What a file says about itself before anything is decoded.

    ``container`` is FFmpeg's name of it; ``duration`` is in seconds, None where it does not say
    itself. ``packet_pts`` are the times of all pictures to be shown, in order, in the video's time
    base (empty where the container keeps no times), ``packet_sizes`` their bytes, in the same
    order; ``last_duration`` is how long the last one stays.
    ``declared_frames`` is the container's own count, which may be wrong, ``packets`` the readable
    video packets that are to be shown. ``field_order`` is FFmpeg's name of it, ``progressive``
    where pictures are whole; ``alpha`` says whether they can be seen through. ``others`` are all
    streams but the video and the sound; ``tags`` what the file says about itself, its title say.
    """

    container: str
    duration: Fraction | None
    video: VideoFormat
    video_codec: str
    video_stream_index: int
    declared_frames: int | None
    packets: int
    packet_pts: tuple[int, ...]
    packet_sizes: tuple[int, ...]
    last_duration: int
    field_order: str
    alpha: bool
    audio: tuple[AudioStream, ...]
    others: tuple[OtherStream, ...]
    chapters: tuple[Chapter, ...]
    tags: tuple[tuple[str, str], ...]

    @property
    def streams(self) -> int:
        """How many there are, of every kind."""
        return 1 + len(self.audio) + len(self.others)


def probe(path: Path) -> SourceProbe:
    """Describe the video at ``path`` without decoding it.

    Raises UnusableVideo where it is missing, empty, not a video, of a refused kind, or cut off.
    """
    content, log, found = _read(path)
    refuse_cut_off(path, _promise(content, found), log, described(content), _BLAME)
    return found


def probe_harmed(path: Path) -> tuple[SourceProbe, PacketLog, str]:
    """As :func:`probe`, and the packets; what is not there is told, without a remedy."""
    content, log, found = _read(path)
    try:
        refuse_cut_off(path, _promise(content, found), log, described(content), _BLAME)
    except UnusableVideo as error:
        return found, log, str(error).partition(";")[0]
    return found, log, ""


def _read(path: Path) -> tuple[dict[str, Any], PacketLog, SourceProbe]:
    _refuse_absent(path)
    shown = ["-show_format", "-show_streams", "-show_chapters", "-show_data"]
    with cancellation.threads(1) as beside:
        listed = beside.submit(packets.read, path, _BLAME)
        content = ffmpeg.probe_json(path, shown, _BLAME)
        log = listed.result()
    stream = _usable(streams.video(content.get("streams", []), log))
    order = stream.get("field_order") or _fields_of_first_frames(path, stream)
    return content, log, _describe(content, {**stream, "field_order": order}, log)


def _refuse_absent(path: Path) -> None:
    if not path.is_file():
        raise UnusableVideo(f"there is no file {path.name!r}; check its path")
    if path.stat().st_size == 0:
        raise UnusableVideo("the file is empty; upload it again")


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
    timed = sorted((packet.pts, packet.size) for packet in shown if packet.pts is not None)
    pts = [time for time, _ in timed]
    container = content["format"]
    rest = [other for other in content["streams"] if other["index"] != stream["index"]]
    return SourceProbe(
        container=container["format_name"],
        duration=completeness.duration(container),
        video=_format(stream),
        video_codec=stream["codec_name"],
        video_stream_index=stream["index"],
        declared_frames=declared(stream),
        packets=len(shown),
        packet_pts=tuple(pts),
        packet_sizes=tuple(size for _, size in timed),
        last_duration=_last_duration(shown, pts, stream),
        field_order=stream["field_order"],
        alpha=colours.has_alpha(stream),
        audio=tuple(streams.audio(one, log) for one in rest if _is_sound(one)),
        others=tuple(streams.other(one, log) for one in rest if not _is_sound(one)),
        chapters=streams.chapters(content.get("chapters", [])),
        tags=_file_tags(container),
    )


def _is_sound(stream: Mapping[str, Any]) -> bool:
    return stream.get("codec_type") == "audio"


def _file_tags(container: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What people say about a file; not what its muxer says about itself."""
    said = {str(key).lower(): str(value) for key, value in container.get("tags", {}).items()}
    return tuple(sorted((key, value) for key, value in said.items() if key not in _MUXERS))


def _promise(content: Mapping[str, Any], found: SourceProbe) -> Promise:
    indexed = found.packet_pts and found.container.startswith("mov")
    end = found.packet_pts[-1] + found.last_duration if indexed else 0
    return Promise(
        container=found.container,
        start=completeness.counted_from(content["format"]),
        duration=found.duration,
        declared_frames=found.declared_frames,
        video_stream=found.video_stream_index,
        video_end=end * found.video.time_base,
    )


def _fields_of_first_frames(path: Path, stream: Mapping[str, Any]) -> str:
    """Where no header says so, the first pictures do: DV says it in every frame only."""
    wanted = ["-read_intervals", "%+#3", "-select_streams", str(stream["index"])]
    entries = ["-show_entries", "frame=interlaced_frame,top_field_first"]
    frames = ffmpeg.probe_json(path, [*wanted, *entries], _BLAME).get("frames", [])
    woven = [frame for frame in frames if frame.get("interlaced_frame")]
    if not woven:
        return "progressive"
    return "tt" if woven[0].get("top_field_first") else "bb"


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
        raise UnusableVideo(f"it is to be turned by {angle} degrees; only quarter turns are kept")
    return angle


def _last_duration(shown: list[Packet], pts: list[int], stream: Mapping[str, Any]) -> int:
    """What the last picture's packet says, else as long as the picture before, else 1/rate.

    FFmpeg shortens an mp4's last packet by as much as the video starts late; where the stream
    counts its frames, its own duration is right.
    """
    said = [packet.duration or 0 for packet in shown if pts and packet.pts == pts[-1]]
    if said and declared(stream):
        said[0] = max(said[0], stream.get("start_pts", 0) + stream.get("duration_ts", 0) - pts[-1])
    if said and (end := _named_end(stream)):
        said[0] = max(1, round(end / Fraction(stream["time_base"])) - pts[-1])
    if said and said[0]:
        return said[0]
    if len(pts) > 1:
        return pts[-1] - pts[-2]
    return max(1, round(1 / (_frame_rate(stream) * Fraction(stream["time_base"]))))


def _named_end(stream: Mapping[str, Any]) -> Fraction | None:
    """Where a stream ends, in seconds, as Matroska's muxers note it: ``00:00:01.040000000``."""
    hours, _, rest = str(stream.get("tags", {}).get("DURATION", "")).partition(":")
    minutes, _, seconds = rest.partition(":")
    end = _fraction(seconds)
    return None if end is None else 3600 * int(hours) + 60 * int(minutes) + end


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
