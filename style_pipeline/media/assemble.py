"""The finished video: styled shards and the source's sound, joined by copying packets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from pathlib import Path

from style_pipeline.manifest import AudioManifest, FrameManifest
from style_pipeline.media import build, ffmpeg
from style_pipeline.media.audio import HEAD_START
from style_pipeline.media.company import Company, needs_free_tags, write_description
from style_pipeline.media.containers import Container
from style_pipeline.media.dispositions import dispositions
from style_pipeline.media.ffmpeg import Blame, Input, Options, Output, Stream

_BLAME = Blame("join the styled frames and the sound")
_MICROSECONDS = 1_000_000
_LARGEST_CLOCK = 2**31 - 1
_DISPLAY_ROTATION_SINCE = 6
_OPUS_BITS_PER_CHANNEL = 96_000
_OPUS_DELAY = Fraction(312, 48_000)


@dataclass(frozen=True)
class Parts:
    """What a result is made of.

    ``styled`` are the shards in order, in one folder, their times counted from the first frame;
    ``audio_path`` is None where ``audio`` has no tracks; ``bit_rate``, in bits per second, is what
    was asked of the pictures, or None.
    """

    manifest: FrameManifest
    styled: Sequence[Path]
    audio: AudioManifest
    audio_path: Path | None
    company: Company
    bit_rate: int | None = None


def assemble(parts: Parts, container: Container, target: Path) -> None:
    """Write ``target``; no picture is encoded again, and no sound that ``container`` can hold.

    Raises MediaError where FFmpeg cannot join them; ``target`` then does not exist.
    """
    lead = lead_of(parts, container)
    inputs = [_pictures(parts, lead)]
    streams: list[Stream] = [(0, "v:0")]
    if parts.audio_path is not None:
        late = _in_us(-HEAD_START - lead)
        inputs.append(Input(parts.audio_path, {"itsoffset": late}, ("mov", "nut", "matroska")))
        streams += [(1, f"a:{i}") for i in range(len(parts.audio.tracks))]
    if parts.company.subtitles:
        streams += [(len(inputs), str(s.stream_index)) for s, _ in parts.company.subtitles]
        inputs.append(Input(parts.company.source, {"itsoffset": _in_us(-lead)}))
    description = parts.styled[0].with_name("description.txt")
    write_description(parts.company, parts.audio, lead, container, description)
    inputs.append(Input(description, {"f": "ffmetadata"}, ("ffmetadata",)))
    unfinished = target.with_name(f"unfinished-{target.name}")
    options = _options(parts, container, len(inputs) - 1)
    ffmpeg.run(inputs, [Output(unfinished, streams, options)], _BLAME)
    unfinished.replace(target)


def _pictures(parts: Parts, lead: Fraction) -> Input:
    manifest = parts.manifest
    first = manifest.pts[0] * manifest.format.time_base
    options: Options = {
        "copyts": None,
        "itsoffset": _in_us(first - lead),
        **_turned(manifest),
        "f": "concat",
        "safe": 0,  # which is the price of options in the list; it names nothing but our own files
    }
    return Input(_write_list(manifest, parts.styled), options, ("concat", "mov"), parts.styled)


def lead_of(parts: Parts, container: Container) -> Fraction:
    """What the source's clock shows where the finished video's shows zero.

    The earliest stream starts there. Sound before the source's own zero is an encoder's delay,
    which an edit list goes on hiding where the container knows one; what comes after it is heard,
    also before the first picture. Where pictures begin before zero too, as in a broadcast whose
    clock has run over, it means nothing.
    """
    begins = parts.manifest.pts[0] * parts.manifest.format.time_base
    hidden = begins >= 0 and container.signed
    heard = (
        max(track.start, Fraction(0)) if hidden else track.start for track in parts.audio.tracks
    )
    return min([begins, *heard])


def _write_list(manifest: FrameManifest, styled: Sequence[Path]) -> Path:
    """FFmpeg's list of files to join.

    A shard's times are right already. Each ``duration`` is therefore the difference between its
    start and the next one's as FFmpeg rounds them, so that it moves nothing. What the pictures are,
    the first shard says for all: of the others nothing is decoded to find it out.
    """
    end = manifest.pts[-1] + manifest.last_duration
    firsts = [manifest.pts[shard.first_frame] for shard in manifest.shards]
    base = manifest.format.time_base
    starts = [_microseconds((pts - manifest.pts[0]) * base) for pts in [*firsts, end]]
    lines = ["ffconcat version 1.0"]
    for path, (start, following) in zip(styled, pairwise(starts), strict=True):
        lines += [f"file {path.name}", f"duration {following - start}us"]
        lines += ["option codec_whitelist none"] if path != styled[0] else []
    listing = styled[0].with_name("shards.ffconcat")
    listing.write_text("\n".join(lines) + "\n", encoding="ascii")
    return listing


def _options(parts: Parts, container: Container, description: int) -> Options:
    """Everything about the file; ``description`` is the number of the input that describes it."""
    manifest = parts.manifest
    video = manifest.format
    last = container.ticks(manifest.last_duration * video.time_base, video.clock)
    return {
        "c": "copy",
        **dict(_sound(parts.audio, container)),
        **{f"c:s:{i}": codec for i, (_, codec) in enumerate(parts.company.subtitles)},
        "avoid_negative_ts": "disabled",
        "bsf:v": last_lasts(manifest.frame_count, last),
        "fflags": "+bitexact",
        "strict": "experimental",
        **dict(_descriptions(parts, description)),
        **dispositions(parts.audio, parts.company),
        **_turned_by_tag(manifest),
        **_muxer(parts, container),
        "f": container.muxer,
    }


def _sound(audio: AudioManifest, container: Container) -> Iterator[tuple[str, str | int]]:
    """Copied where it fits, its last packet as long as it was; else encoded.

    FFmpeg takes what an Opus decoder drops off the times that it reads from Matroska, without
    having added it to those that it writes; nor does it add it to the times of what it decodes.
    """
    for i, track in enumerate(audio.tracks):
        delay = track.delay
        if not container.holds(track):
            delay = track.delay if container.lossless else _OPUS_DELAY
            yield f"c:a:{i}", container.encoder
            if not container.lossless:
                yield f"b:a:{i}", _OPUS_BITS_PER_CHANNEL * track.channels
        if delay and not (container.is_mp4 and container.holds(track)):
            yield f"bsf:a:{i}", f"setts=ts=TS+{container.ticks(delay, track.sample_rate)}"
        elif container.holds(track) and track.last_duration:
            last = container.ticks(track.last_duration, track.sample_rate)
            yield f"bsf:a:{i}", _last(track.packets, last, "*not(DURATION)")


def _descriptions(parts: Parts, description: int) -> Iterator[tuple[str, str | int]]:
    yield "map_metadata", description
    yield "map_chapters", description
    sound, text = len(parts.audio.tracks), len(parts.company.subtitles)
    yield "map_metadata:s:v", -1
    for i in range(sound):
        yield f"map_metadata:s:a:{i}", f"{description}:s:{i}"
    for i in range(text):
        yield f"map_metadata:s:s:{i}", f"{description}:s:{sound + i}"


def _muxer(parts: Parts, container: Container) -> Options:
    """Clocks that round no time where the container can count so finely; the index in front."""
    if not container.is_mp4:
        return {"default_mode": "passthrough"} if container.muxer == "matroska" else {}
    ticks = parts.manifest.format.clock
    free = "+use_metadata_tags" if needs_free_tags(parts.company) else ""
    return {
        "video_track_timescale": ticks,
        "movie_timescale": movie_clock(ticks, [track.sample_rate for track in parts.audio.tracks]),
        "movflags": f"+faststart{free}",
    }


def movie_clock(ticks: int, sample_rates: Sequence[int]) -> int:
    """Ticks per second that round neither frames nor sound, where an mp4 can count so finely."""
    clock = lcm(ticks, *(rate or 1 for rate in sample_rates))
    return clock if clock <= _LARGEST_CLOCK else ticks


def last_lasts(packets: int, ticks: int) -> str:
    """The bitstream filter that lets the last of so many packets last for so many ticks."""
    return _last(packets, ticks, "")


def _last(packets: int, ticks: int, condition: str) -> str:
    return f"setts=duration='if(eq(N,{packets - 1}){condition},{ticks},DURATION)'"


def _turned(manifest: FrameManifest) -> Options:
    if not manifest.format.rotation or build.version() < _DISPLAY_ROTATION_SINCE:
        return {}
    return {"display_rotation": manifest.format.rotation}


def _turned_by_tag(manifest: FrameManifest) -> Options:
    """Older FFmpeg takes the angle as a tag of the stream."""
    if not manifest.format.rotation or build.version() >= _DISPLAY_ROTATION_SINCE:
        return {}
    return {"metadata:s:v:0": f"rotate={manifest.format.rotation}"}


def _microseconds(seconds: Fraction) -> int:
    return round(seconds * _MICROSECONDS)


def _in_us(seconds: Fraction) -> str:
    return f"{_microseconds(seconds)}us"
