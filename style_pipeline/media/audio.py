"""Every audio stream of a source, copied bit for bit into one file of our own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import AudioStream, AudioTrack
from style_pipeline.media import digests, ffmpeg
from style_pipeline.media.containers import CONTAINERS
from style_pipeline.media.ffmpeg import Blame, Input, Options, Output
from style_pipeline.media.probe import SourceProbe

EXTRACTOR_VERSION = 2
"""Raised whenever the same source would give another audio file than before."""

HEAD_START = 10
"""Seconds that the copied audio is moved by, since not every container knows times before zero."""

_MICROSECONDS = 1_000_000

_BLAME = Blame("copy the audio", "upload the video again, or without sound", UnusableVideo)


@dataclass(frozen=True)
class AudioExtraction:
    """One file with all ``tracks``, each :data:`HEAD_START` late; no file without tracks.

    It is an mp4 where that holds all of them; else NUT, which holds every kind of PCM on any
    clock; else Matroska, which holds most codecs on a clock of milliseconds.
    """

    path: Path | None
    sha256: str | None
    size: int
    tracks: tuple[AudioTrack, ...]


def audio_digest(source_sha256: str) -> str:
    """Names everything that determines the audio file of a source."""
    return digests.parameters(extractor=EXTRACTOR_VERSION, source=source_sha256)


def extract_audio(source: Path, probe: SourceProbe, folder: Path) -> AudioExtraction:
    """Copy every audio stream of ``source`` into ``folder``, in one pass.

    The md5 of each track's packets is taken from the source itself. Raises UnusableVideo where
    the audio cannot be read.
    """
    if not probe.audio:
        return AudioExtraction(None, None, 0, ())
    path = folder / f"audio{_suffix(probe.audio)}"
    sums = [folder / f"audio-{stream.stream_index}.md5" for stream in probe.audio]
    _copy(source, probe.audio, path, sums)
    tracks = tuple(
        _track(stream, sum_file) for stream, sum_file in zip(probe.audio, sums, strict=True)
    )
    return AudioExtraction(path, digests.file_sha256(path), path.stat().st_size, tracks)


def is_exact(stream: AudioStream) -> bool:
    """Whether a lossless encoder gives back the very samples: whole numbers of up to 24 bits."""
    return stream.codec.startswith("pcm_") and "_f" not in stream.codec and stream.bits <= 24


def _copy(source: Path, streams: tuple[AudioStream, ...], path: Path, sums: list[Path]) -> None:
    together = Output(
        path,
        [(0, str(stream.stream_index)) for stream in streams],
        {
            **_as_is(streams),
            **_muxer(path),
            "output_ts_offset": HEAD_START,
            "map_metadata": -1,
        },
    )
    apart = [
        Output(sum_file, [(0, str(stream.stream_index))], {**_as_is((stream,)), "f": "md5"})
        for stream, sum_file in zip(streams, sums, strict=True)
    ]
    # -copyts keeps the source's own clock.
    ffmpeg.run([Input(source, {"copyts": None})], [together, *apart], _BLAME)


def _suffix(streams: Sequence[AudioStream]) -> str:
    rest = [stream.codec for stream in streams if not CONTAINERS["mp4"].holds(stream)]
    if not rest:
        return ".mp4"
    return ".nut" if all(codec.startswith("pcm_") for codec in rest) else ".mkv"


def _muxer(path: Path) -> Options:
    if path.suffix == ".mp4":
        return {"f": "mp4", "strict": "experimental", "movie_timescale": _MICROSECONDS}
    return {"f": "nut" if path.suffix == ".nut" else "matroska"}


def _as_is(streams: Sequence[AudioStream]) -> Options:
    """Options for a copy; the ADTS headers of a transport stream's AAC are no part of its sound."""
    bare = {f"bsf:{i}": "aac_adtstoasc" for i, s in enumerate(streams) if s.codec == "aac"}
    return {"c": "copy", "fflags": "+bitexact", **bare}


def _track(stream: AudioStream, sum_file: Path) -> AudioTrack:
    packets_md5 = sum_file.read_text(encoding="ascii").strip().removeprefix("MD5=")
    return AudioTrack(**vars(stream), packets_md5=packets_md5)
