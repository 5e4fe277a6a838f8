"""Every audio stream of a source, copied bit for bit into one file of our own."""

from dataclasses import dataclass
from pathlib import Path

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import AudioTrack
from style_pipeline.media import digests, ffmpeg
from style_pipeline.media.ffmpeg import Blame, Input, Output
from style_pipeline.media.probe import AudioStream, SourceProbe

EXTRACTOR_VERSION = 1
"""Raised whenever the same source would give another audio file than before."""

FITS_MP4 = frozenset(
    "aac mp3 mp2 ac3 eac3 opus flac alac vorbis dts amr_nb amr_wb".split()  # noqa: SIM905
)
"""FFmpeg's names of the codecs whose packets an mp4 can hold as they are."""

HEAD_START = 10
"""Seconds that the copied audio is moved by, since NUT knows no time before zero."""

_BLAME = Blame("copy the audio", "upload the video again, or without sound", UnusableVideo)


@dataclass(frozen=True)
class AudioExtraction:
    """One NUT file with all ``tracks``, each :data:`HEAD_START` late; no file without tracks."""

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
    the audio cannot be read, or cannot be held by an mp4.
    """
    if not probe.audio:
        return AudioExtraction(None, None, 0, ())
    for stream in probe.audio:
        _refuse_unfit(stream)
    path = folder / "audio.nut"
    sums = [folder / f"audio-{stream.stream_index}.md5" for stream in probe.audio]
    _copy(source, probe.audio, path, sums)
    tracks = tuple(
        _track(stream, sum_file) for stream, sum_file in zip(probe.audio, sums, strict=True)
    )
    return AudioExtraction(path, digests.file_sha256(path), path.stat().st_size, tracks)


def _refuse_unfit(stream: AudioStream) -> None:
    if stream.codec not in FITS_MP4:
        raise UnusableVideo(
            f"its audio ({stream.codec}) does not fit an mp4 unchanged; "
            "convert it first, for example with: ffmpeg -i IN -c:v copy -c:a flac OUT.mp4"
        )


def _copy(source: Path, streams: tuple[AudioStream, ...], path: Path, sums: list[Path]) -> None:
    together = Output(
        path,
        [(0, str(stream.stream_index)) for stream in streams],
        _as_is(streams) | {"output_ts_offset": HEAD_START, "f": "nut", "map_metadata": -1},
    )
    apart = [
        Output(sum_file, [(0, str(stream.stream_index))], _as_is((stream,)) | {"f": "md5"})
        for stream, sum_file in zip(streams, sums, strict=True)
    ]
    # -copyts keeps the source's own clock.
    ffmpeg.run([Input(source, {"copyts": None})], [together, *apart], _BLAME)


def _as_is(streams: tuple[AudioStream, ...]) -> dict[str, str | int | None]:
    """Options for a copy; the ADTS headers of a transport stream's AAC are no part of its sound."""
    bare = {f"bsf:{i}": "aac_adtstoasc" for i, s in enumerate(streams) if s.codec == "aac"}
    return {"c": "copy", "fflags": "+bitexact", **bare}


def _track(stream: AudioStream, sum_file: Path) -> AudioTrack:
    return AudioTrack(
        stream_index=stream.stream_index,
        codec=stream.codec,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        language=stream.language,
        start=stream.start,
        packets=stream.packets,
        packets_md5=sum_file.read_text(encoding="ascii").strip().removeprefix("MD5="),
    )
