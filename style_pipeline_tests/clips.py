"""Clips with known content, synthesised by FFmpeg: every frame shows its own number.

The top of each frame is a row of black and white blocks, the frame's number in binary with the
lowest bit first, so that a lost, doubled or shifted frame is seen after any number of codecs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from style_pipeline import process
from style_pipeline.media.build import version

BITS = 10
"""Numbers up to 1023 can be shown."""


@dataclass(frozen=True)
class Tone:
    """An audio stream: a sine of ``frequency`` Hz that begins ``start`` seconds into the clip."""

    frequency: int = 440
    start: Fraction = Fraction(0)
    codec: str = "aac"
    sample_rate: int = 44100
    language: str = "eng"
    seconds: Fraction | None = None
    channels: int = 1


@dataclass(frozen=True)
class Colours:
    """FFmpeg's names for the colour tags of a clip."""

    matrix: str = "bt709"
    primaries: str = "bt709"
    transfer: str = "bt709"
    range: str = "tv"


VFR_STEPS = (1, 1, 3, 1, 2, 7, 1, 1, 5, 2)
"""An uneven rhythm: how many ticks each frame lasts, repeated."""


def make_clip(
    path: Path,
    *,
    size: tuple[int, int] = (64, 48),
    frames: int = 12,
    rate: Fraction | int | str = 24,
    steps: Sequence[int] | None = None,
    start: int = 0,
    audio: Sequence[Tone] = (),
    codec: str = "libx264",
    codec_options: Sequence[str] = (),
    pixel_format: str = "yuv420p",
    colours: Colours | None = None,
    sample_aspect: Fraction = Fraction(1),
    rotation: int = 0,
    muxer_options: Sequence[str] = (),
    picture: str = "numbers",
) -> Path:
    """Write a clip to ``path`` and return it; the container follows the suffix.

    ``rate`` is frames per second, or with ``steps`` ticks per second: frame i then lasts
    ``steps[i % len(steps)]`` ticks (a variable frame rate). ``start`` shifts all frames by so many
    ticks. ``rotation`` is in degrees counter-clockwise, as in a display matrix. ``picture`` is
    ``numbers``, or flat ``grey`` or colour ``bars`` without numbers.
    """
    rate = Fraction(rate)
    ticks = frame_ticks(frames, steps, start)
    seconds = Fraction(ticks[-1] + (steps or (1,))[(frames - 1) % len(steps or (1,))]) / rate
    argv = ["-nostdin", "-v", "error", "-y", "-copyts"]
    argv += [
        "-f",
        "lavfi",
        "-i",
        _picture(picture, size, frames, rate, ticks, sample_aspect, colours),
    ]
    for tone in audio:
        argv += ["-itsoffset", str(float(tone.start)), "-f", "lavfi", "-i", _sound(tone, seconds)]
    argv += ["-map", "0:v"] + [part for i in range(len(audio)) for part in ("-map", f"{i + 1}:a")]
    argv += ["-c:v", codec, "-pix_fmt", pixel_format, "-threads", "2", *_quality(codec)]
    argv += ["-fps_mode", "passthrough", "-enc_time_base:v", f"{rate.denominator}:{rate.numerator}"]
    for i, tone in enumerate(audio):
        argv += [f"-c:a:{i}", tone.codec, f"-metadata:s:a:{i}", f"language={tone.language}"]
        argv += ["-strict", "-2", f"-ac:a:{i}", str(tone.channels)]
    if colours:
        argv += ["-colorspace", colours.matrix, "-color_primaries", colours.primaries]
        argv += ["-color_trc", colours.transfer, "-color_range", colours.range]
    if path.suffix in (".mp4", ".mov"):
        argv += ["-video_track_timescale", str(rate.numerator)]
    if path.suffix in (".mp4", ".mov", ".ts", ".mkv", ".webm"):
        argv += ["-avoid_negative_ts", "disabled"]
    ffmpeg([*argv, *codec_options, *muxer_options, f"file:{path}"])
    if rotation:
        _turn(path, rotation)
    return path


def frame_ticks(frames: int, steps: Sequence[int] | None, start: int = 0) -> list[int]:
    """When each frame of a clip begins, in ticks."""
    ticks = [start]
    for i in range(frames - 1):
        ticks.append(ticks[-1] + (steps[i % len(steps)] if steps else 1))
    return ticks


def frame_numbers(*paths: Path) -> list[int]:
    """The numbers that the frames of one file, or of several in a row, show."""
    return [_number(frame.to_ndarray(format="gray")) for path in paths for frame in _frames(path)]


def frame_times(path: Path) -> list[Fraction]:
    """The presentation times of a file's decoded frames, in seconds."""
    return [Fraction(frame.pts or 0) * (frame.time_base or 0) for frame in _frames(path)]


def packets_md5(path: Path, stream: int = 0) -> str:
    """``ffmpeg -c copy -f md5`` of one audio stream: equal means bit for bit the same."""
    argv = ["-nostdin", "-v", "error", "-i", f"file:{path}", "-map", f"0:a:{stream}"]
    return ffmpeg([*argv, "-c", "copy", "-f", "md5", "-"]).strip().removeprefix("MD5=")


def ffmpeg(arguments: Sequence[str]) -> str:
    """Run ffmpeg and return its stdout; a failure raises with the whole of its stderr."""
    finished = process.run(["ffmpeg", *arguments], limits=process.Limits(seconds=60))
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.decode()


def _picture(
    picture: str,
    size: tuple[int, int],
    frames: int,
    rate: Fraction,
    ticks: Sequence[int],
    sample_aspect: Fraction,
    colours: Colours | None,
) -> str:
    """The frames and their times, as a lavfi graph."""
    shape = f"s={size[0]}x{size[1]}:r={rate}:d={float((frames + 0.5) / rate)}"
    uneven = any(tick != i for i, tick in enumerate(ticks))
    times = "+".join(f"eq(N,{i})*{tick}" for i, tick in enumerate(ticks)) if uneven else "N"
    steps = [
        f"{_PLAIN[picture]}:{shape}{_FILTERS[picture]}"
        if picture in _PLAIN
        else _numbers(size, shape),
        f"trim=end_frame={frames}",
        f"settb={rate.denominator}/{rate.numerator}",
        f"setpts='{times}'",
        f"setsar={sample_aspect.numerator}/{sample_aspect.denominator}",
    ]
    if colours and picture == "bars":
        steps.append(f"scale=out_color_matrix={colours.matrix}:out_range={colours.range}")
        steps.append("format=yuv444p")
    if colours:
        steps.append(f"setparams=colorspace={colours.matrix}:range={colours.range}")
    return ",".join(steps)


_PLAIN = {"bars": "smptebars=sar=1", "grey": "color=c=gray"}
_FILTERS = {"bars": ",format=gbrp", "grey": ""}
"""Bars are red, green and blue first, so that their matrix is the one that is named."""


def _numbers(size: tuple[int, int], shape: str) -> str:
    """Blocks above a moving ramp."""
    width, height = size
    block, row = width // BITS, _row_height(height)
    bit = f"mod(floor(N/pow(2,min(floor(X/{block}),{BITS - 1}))),2)"
    luma = f"if(lt(Y,{row}),16+219*{bit},16+mod(X+2*Y+5*N,219))"
    blue, red = "100+mod(X+3*N,60)", "150-mod(Y,60)"
    chroma = f"cb='if(lt(Y,{row}),128,{blue})':cr='if(lt(Y,{row}),128,{red})'"
    return f"nullsrc={shape},format=yuv444p,geq=lum='{luma}':{chroma}"


def _turn(path: Path, rotation: int) -> None:
    """Say in the file how it is to be turned; FFmpeg writes that only where it copies packets."""
    upright = path.rename(path.with_stem("upright"))
    source, copy = ["-i", f"file:{upright}"], ["-map", "0", "-c", "copy", f"file:{path}"]
    if version() < 6:
        copy = ["-metadata:s:v:0", f"rotate={rotation % 360}", *copy]
    else:
        source = ["-display_rotation", str(rotation), *source]
    ffmpeg(["-nostdin", "-v", "error", *source, *copy])
    upright.unlink()


def _sound(tone: Tone, seconds: Fraction) -> str:
    length = tone.seconds or max(seconds - tone.start, Fraction(1, 10))
    return (
        f"sine=frequency={tone.frequency}:sample_rate={tone.sample_rate}:duration={float(length)}"
    )


def _quality(codec: str) -> list[str]:
    return ["-preset", "veryfast", "-crf", "12"] if codec == "libx264" else []


def _row_height(height: int) -> int:
    return min(16, height // 2)


def _frames(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        return list(container.decode(container.streams.video[0]))


def _number(grey: np.ndarray) -> int:
    block, row = grey.shape[1] // BITS, _row_height(grey.shape[0])
    middle = slice(row // 4, row - row // 4)
    number = 0
    for bit in range(BITS):
        centre = bit * block + block // 4
        if grey[middle, centre : centre + max(1, block // 2)].mean() > 127:
            number |= 1 << bit
    return number
