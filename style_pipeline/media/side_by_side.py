"""A clip for people who compare: the source on the left, its painting on the right.

The painting leads: its times and its sound are the clip's. A frame of the source is matched with
the painted one of the same place in time, half a frame's tolerance on either side, since two
containers may round one time differently.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from style_pipeline.errors import FidelityError
from style_pipeline.media import ffmpeg
from style_pipeline.media.assemble import last_lasts, movie_clock
from style_pipeline.media.ffmpeg import Blame, Filtered, Input, Options, Output, Stream
from style_pipeline.media.probe import SourceProbe, probe
from style_pipeline.media.square import square_size, squared
from style_pipeline.media.verdicts import TOLERANCE
from style_pipeline.media.verify import since_first
from style_pipeline.media.verify_sound import packets_md5

WIDEST = 1920
"""Pixels across both halves."""

_BLAME = Blame("put source and painting side by side")


def side_by_side(source: Path, painted: Path, target: Path) -> None:
    """Write ``target``, an mp4, from the two files; it is read back and compared with both.

    Raises UnusableVideo where one of them cannot be read, MediaError where FFmpeg cannot join them,
    FidelityError where a frame, a time or a packet of sound is not as it was.
    """
    left, right = probe(source), probe(painted)
    size = square_size(left.video, WIDEST // 2)
    picture = _beside(_left(left, right, size), _right(right, size))
    streams: list[Stream] = [picture, *((1, f"a:{i}") for i in range(len(right.audio)))]
    inputs = [Input(source, {"copyts": None}), Input(painted, {"copyts": None})]
    ffmpeg.run(inputs, [Output(target, streams, _options(right))], _BLAME)
    _refuse_unfaithful(left, right, painted, target)


def _left(left: SourceProbe, right: SourceProbe, size: tuple[int, int]) -> Stream:
    """The source, half a frame earlier than the painting, so that none comes too late for it."""
    first = right.packet_pts[0] * right.video.time_base
    begin = round((first - _shortest(right) / 2) * 1_000_000)
    fine = Filtered([(0, str(left.video_stream_index))], "settb", {"expr": "AVTB"})
    early = Filtered([fine], "setpts", {"expr": f"PTS-STARTPTS+({begin})"})
    return squared(early, left.video, size)


def _right(right: SourceProbe, size: tuple[int, int]) -> Stream:
    """The painting, with room on its left for another picture as large."""
    shown = squared((1, str(right.video_stream_index)), right.video, size)
    return Filtered([shown], "pad", {"w": 2 * size[0], "h": size[1], "x": size[0], "y": 0})


def _beside(left: Stream, right: Stream) -> Stream:
    """One picture for each of the right one's: an overlay keeps the times of what lies below."""
    return Filtered([right, left], "overlay", {"x": 0, "y": 0, "eof_action": "repeat"})


def _shortest(video: SourceProbe) -> Fraction:
    """The shortest time between two frames, in seconds."""
    gaps = [after - before for before, after in pairwise(video.packet_pts)]
    return min(gaps, default=video.last_duration) * video.video.time_base


def _options(right: SourceProbe) -> Options:
    """Exact times, no frame doubled or dropped, packets in the order in which they are shown."""
    base, colour = right.video.time_base, right.video.colour
    return {
        "c:v": "libx264",
        "crf": 18,
        "preset": "veryfast",
        "bf": 0,
        "pix_fmt": "yuv420p",
        "colorspace": colour.matrix,
        "color_primaries": colour.primaries,
        "color_trc": colour.transfer,
        "color_range": colour.range,
        "fps_mode": "passthrough",
        "enc_time_base": f"{base.numerator}:{base.denominator}",
        "video_track_timescale": base.denominator,
        "movie_timescale": movie_clock(base.denominator, [a.sample_rate for a in right.audio]),
        "bsf:v": last_lasts(len(right.packet_pts), right.last_duration),
        "c:a": "copy",
        "avoid_negative_ts": "disabled",
        "movflags": "+faststart",
        "fflags": "+bitexact",
        "map_metadata": -1,
        "f": "mp4",
    }


def _refuse_unfaithful(left: SourceProbe, right: SourceProbe, painted: Path, target: Path) -> None:
    found = probe(target)
    faults = [*_differences(right, found), *_differences(left, found)]
    sums = [[packets_md5(path, i) for i in range(len(right.audio))] for path in (painted, target)]
    faults += ["its sound is not the painting's"] if sums[0] != sums[1] else []
    if faults:
        raise FidelityError(
            f"the clip side by side is wrong and was not kept ({'; '.join(faults)}); "
            "please report this with the source file"
        )


def _differences(wanted: SourceProbe, found: SourceProbe) -> Iterator[str]:
    """In number and times of frames; a container without times has only their number."""
    if wanted.packets != found.packets:
        yield f"{found.packets} frames, not {wanted.packets}"
        return
    ours = since_first(found.packet_pts, found.video.time_base)
    theirs = since_first(wanted.packet_pts, wanted.video.time_base)
    if theirs and max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) > TOLERANCE:
        yield "its frames are not shown when they were"
