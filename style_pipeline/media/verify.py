"""Whether a finished file kept what we promise: read back and compared, property by property."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from style_pipeline.manifest import AudioManifest, AudioTrack, FrameManifest
from style_pipeline.media import ffmpeg
from style_pipeline.media.ffmpeg import Blame, Input, Output
from style_pipeline.media.probe import AudioStream, SourceProbe, probe

TOLERANCE = Fraction(1, 1000)
"""Seconds by which a time may differ."""

_BLAME = Blame("read the sound of the finished video")


@dataclass(frozen=True)
class Verdict:
    """One promise: what the source has, what the result has, and whether that is kept."""

    property: str
    expected: str
    measured: str
    kept: bool


def verify(
    source: SourceProbe, manifest: FrameManifest, audio: AudioManifest, finished: Path
) -> tuple[Verdict, ...]:
    """Compare ``finished`` with its source; raises MediaError where it cannot be read."""
    result = probe(finished)
    return (
        *_pictures(manifest, result),
        *_times(manifest, result),
        _equal("audio streams", len(source.audio), len(result.audio)),
        *_sound(manifest, audio, result, finished),
    )


def _pictures(manifest: FrameManifest, result: SourceProbe) -> Iterator[Verdict]:
    wanted, found = manifest.format, result.video
    yield _equal("frames", manifest.frame_count, len(result.packet_pts))
    yield _equal("size", f"{wanted.width}x{wanted.height}", f"{found.width}x{found.height}")
    yield _equal("pixel aspect", wanted.sample_aspect, found.sample_aspect)
    yield _equal("rotation", wanted.rotation, found.rotation)
    for name in ("matrix", "primaries", "transfer", "range"):
        yield _equal(f"colour {name}", getattr(wanted.colour, name), getattr(found.colour, name))


def _times(manifest: FrameManifest, result: SourceProbe) -> Iterator[Verdict]:
    ours = since_first(result.packet_pts, result.video.time_base)
    theirs = since_first(manifest.pts, manifest.format.time_base)
    pairs = zip(ours, theirs, strict=False)
    worst = max((abs(a - b) for a, b in pairs), default=Fraction(0))
    yield Verdict("frame times", "within 1 ms", f"within {_ms(worst)}", worst <= TOLERANCE)
    last = result.last_duration * result.video.time_base
    duration = (ours[-1] if ours else Fraction(0)) + last
    kept = abs(duration - manifest.duration) <= TOLERANCE
    yield Verdict("duration", _s(manifest.duration), _s(duration), kept)


def _sound(
    manifest: FrameManifest, audio: AudioManifest, result: SourceProbe, finished: Path
) -> Iterator[Verdict]:
    began = manifest.pts[0] * manifest.format.time_base
    begins = (result.packet_pts[0] if result.packet_pts else 0) * result.video.time_base
    for i, (track, stream) in enumerate(zip(audio.tracks, result.audio, strict=False)):
        name = f"audio {i}"
        yield _equal(f"{name} packets", track.packets_md5, packets_md5(finished, i))
        yield _offset(name, track, stream, began, begins)


def _offset(
    name: str, track: AudioTrack, stream: AudioStream, began: Fraction, begins: Fraction
) -> Verdict:
    wanted, found = track.start - began, stream.start - begins
    kept = abs(wanted - found) <= TOLERANCE
    return Verdict(f"{name} starts after the first frame by", _ms(wanted), _ms(found), kept)


def packets_md5(path: Path, number: int) -> str:
    """What ``ffmpeg -c copy -f md5`` says of one audio stream."""
    with tempfile.TemporaryDirectory(prefix="verify-", dir=path.parent) as folder:
        said = Path(folder) / "packets.md5"
        copy = Output(said, [(0, f"a:{number}")], {"c": "copy", "f": "md5"})
        ffmpeg.run([Input(path, {"copyts": None})], [copy], _BLAME)
        return said.read_text(encoding="ascii").strip().removeprefix("MD5=")


def since_first(pts: tuple[int, ...], time_base: Fraction) -> list[Fraction]:
    """When frames are shown, in seconds after the first of them."""
    return [(time - pts[0]) * time_base for time in pts]


def _equal(name: str, expected: object, measured: object) -> Verdict:
    return Verdict(name, str(expected), str(measured), expected == measured)


def _ms(seconds: Fraction) -> str:
    return f"{float(seconds * 1000):.3f} ms"


def _s(seconds: Fraction) -> str:
    return f"{float(seconds):.6f} s"
