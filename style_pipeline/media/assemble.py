"""The finished video: styled shards and the source's audio, joined by copying packets."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm
from pathlib import Path

from style_pipeline.manifest import AudioManifest, FrameManifest
from style_pipeline.media import ffmpeg
from style_pipeline.media.audio import HEAD_START
from style_pipeline.media.ffmpeg import Blame, Input, Options, Output

_BLAME = Blame("join the styled frames and the sound")
_MICROSECONDS = 1_000_000
_LARGEST_CLOCK = 2**31 - 1
_DISPLAY_ROTATION_SINCE = 6


def assemble(
    manifest: FrameManifest,
    styled: Sequence[Path],
    audio: AudioManifest,
    audio_path: Path | None,
    target: Path,
) -> None:
    """Write ``target``, an mp4 with its index in front; nothing is encoded again.

    ``styled`` are the shards in order, in one folder, their times counted from the first frame.
    Raises MediaError where FFmpeg cannot join them; ``target`` then does not exist.
    """
    lead = _lead(manifest, audio)
    first = manifest.pts[0] * manifest.format.time_base
    pictures = Input(
        _write_list(manifest, styled),
        {"copyts": None, "itsoffset": _in_us(first - lead), **_turned(manifest), "f": "concat"},
        ("concat", "mov"),
        listed=styled,
    )
    inputs, streams = [pictures], [(0, "v:0")]
    if audio_path is not None:
        inputs.append(Input(audio_path, {"itsoffset": _in_us(-HEAD_START - lead)}, ("nut",)))
        streams += [(1, f"a:{i}") for i in range(len(audio.tracks))]
    unfinished = target.with_name(f"unfinished-{target.name}")
    ffmpeg.run(inputs, [Output(unfinished, streams, _options(manifest, audio))], _BLAME)
    unfinished.replace(target)


def _lead(manifest: FrameManifest, audio: AudioManifest) -> Fraction:
    """What the source's clock shows where the finished video's shows zero.

    The earliest stream starts there. Sound before the source's own zero is an encoder's delay,
    which an edit list goes on hiding.
    """
    starts = [track.start for track in audio.tracks if track.start >= 0]
    return min([manifest.pts[0] * manifest.format.time_base, *starts])


def _write_list(manifest: FrameManifest, styled: Sequence[Path]) -> Path:
    """FFmpeg's list of files to join.

    A shard's times are right already. Each ``duration`` is therefore the difference between its
    start and the next one's as FFmpeg rounds them, so that it moves nothing.
    """
    end = manifest.pts[-1] + manifest.last_duration
    firsts = [manifest.pts[shard.first_frame] for shard in manifest.shards]
    base = manifest.format.time_base
    starts = [_microseconds((pts - manifest.pts[0]) * base) for pts in [*firsts, end]]
    lines = ["ffconcat version 1.0"]
    for path, (start, following) in zip(styled, pairwise(starts), strict=True):
        lines += [f"file {path.name}", f"duration {following - start}us"]
    listing = styled[0].with_name("shards.ffconcat")
    listing.write_text("\n".join(lines) + "\n", encoding="ascii")
    return listing


def _options(manifest: FrameManifest, audio: AudioManifest) -> Options:
    """Clocks that round no time, truthful durations, languages, and the index in front."""
    ticks = manifest.format.time_base.denominator
    last = round(manifest.last_duration * manifest.format.time_base * ticks)
    languages = {
        f"metadata:s:a:{i}": f"language={track.language}" for i, track in enumerate(audio.tracks)
    }
    return {
        "c": "copy",
        "video_track_timescale": ticks,
        "movie_timescale": movie_clock(ticks, [track.sample_rate for track in audio.tracks]),
        "avoid_negative_ts": "disabled",
        "bsf:v": last_lasts(manifest.frame_count, last),
        "movflags": "+faststart",
        "fflags": "+bitexact",
        "map_metadata": -1,
        **languages,
        **_turned_by_tag(manifest),
        "f": "mp4",
    }


def movie_clock(ticks: int, sample_rates: Sequence[int]) -> int:
    """Ticks per second that round neither frames nor sound, where an mp4 can count so finely."""
    clock = lcm(ticks, *(rate or 1 for rate in sample_rates))
    return clock if clock <= _LARGEST_CLOCK else ticks


def last_lasts(frames: int, duration: int) -> str:
    """The bitstream filter that lets the last of so many frames be shown for ``duration`` ticks."""
    return f"setts=duration='if(eq(N,{frames - 1}),{duration},DURATION)'"


def _turned(manifest: FrameManifest) -> Options:
    if not manifest.format.rotation or ffmpeg.version() < _DISPLAY_ROTATION_SINCE:
        return {}
    return {"display_rotation": manifest.format.rotation}


def _turned_by_tag(manifest: FrameManifest) -> Options:
    """Older FFmpeg takes the angle as a tag of the stream."""
    if not manifest.format.rotation or ffmpeg.version() >= _DISPLAY_ROTATION_SINCE:
        return {}
    return {"metadata:s:v:0": f"rotate={manifest.format.rotation}"}


def _microseconds(seconds: Fraction) -> int:
    return round(seconds * _MICROSECONDS)


def _in_us(seconds: Fraction) -> str:
    return f"{_microseconds(seconds)}us"
