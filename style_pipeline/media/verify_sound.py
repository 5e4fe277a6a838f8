"""Whether the sound of a finished file is the source's: packets, samples, times, names."""

import tempfile
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from style_pipeline.manifest import AudioStream, AudioTrack
from style_pipeline.media import ffmpeg
from style_pipeline.media.assemble import Parts
from style_pipeline.media.audio import HEAD_START, is_exact
from style_pipeline.media.containers import Container
from style_pipeline.media.ffmpeg import Blame, Input, Options, Output
from style_pipeline.media.names import names
from style_pipeline.media.probe import SourceProbe
from style_pipeline.media.verdicts import Verdict, equal, near

_BLAME = Blame("read the sound of the finished video")


def verdicts(
    parts: Parts, container: Container, result: SourceProbe, finished: Path
) -> Iterator[Verdict]:
    """One audio stream after the other."""
    manifest, tracks = parts.manifest, parts.audio.tracks
    yield equal("audio streams", len(tracks), len(result.audio))
    began = manifest.pts[0] * manifest.format.time_base
    begins = (result.packet_pts[0] if result.packet_pts else 0) * result.video.time_base
    for i, (track, stream) in enumerate(zip(tracks, result.audio, strict=False)):
        if container.holds(track):
            yield equal(f"audio {i} packets", track.packets_md5, packets_md5(finished, i))
            yield near(_late(i), track.start - began, stream.start - begins)
        else:
            yield from _encoded(parts, i, finished, began, begins)
        yield from _shape(i, track, stream, container)
    yield from names("audio", [t.tags for t in tracks], [s.tags for s in result.audio], container)


def _late(number: int) -> str:
    return f"audio {number} starts after the first frame by"


def _encoded(
    parts: Parts, number: int, finished: Path, began: Fraction, begins: Fraction
) -> Iterator[Verdict]:
    """What was encoded again is compared by what it decodes to."""
    track, original = parts.audio.tracks[number], parts.audio_path
    if original is None:
        return
    if is_exact(track):
        samples = [samples_md5(path, number) for path in (original, finished)]
        yield equal(f"audio {number} samples", *samples)
    heard = first_sound(original, number) - HEAD_START - began + track.delay
    wanted = max(heard, -begins)  # what lies before the result's own zero is not played
    yield near(_late(number), wanted, first_sound(finished, number) - begins)


def _shape(
    number: int, track: AudioTrack, stream: AudioStream, container: Container
) -> Iterator[Verdict]:
    yield equal(f"audio {number} channels", track.channels, stream.channels)
    if container.holds(track) or container.lossless:
        yield equal(f"audio {number} samples per second", track.sample_rate, stream.sample_rate)


def packets_md5(path: Path, number: int) -> str:
    """What ``ffmpeg -c copy -f md5`` says of one audio stream."""
    return _md5(path, number, {"c": "copy"})


def samples_md5(path: Path, number: int) -> str:
    """The md5 of what one audio stream decodes to, as 32-bit samples."""
    return _md5(path, number, {"c:a": "pcm_s32le"})


def _md5(path: Path, number: int, options: Options) -> str:
    with tempfile.TemporaryDirectory(prefix="verify-", dir=path.parent) as folder:
        said = Path(folder) / "sound.md5"
        copy = Output(said, [(0, f"a:{number}")], {**options, "f": "md5"})
        ffmpeg.run([Input(path, {"copyts": None})], [copy], _BLAME)
        return said.read_text(encoding="ascii").strip().removeprefix("MD5=")


def first_sound(path: Path, number: int) -> Fraction:
    """When the first samples of an audio stream are heard, in seconds, once decoded."""
    wanted: Sequence[str] = ["-read_intervals", "%+#8", "-select_streams", f"a:{number}"]
    entries = ["-show_entries", "frame=pts:stream=time_base"]
    content = ffmpeg.probe_json(path, [*wanted, *entries], _BLAME)
    times = (frame.get("pts") for frame in content["frames"])
    first = next((int(time) for time in times if time is not None), 0)
    return first * Fraction(content["streams"][0]["time_base"])
