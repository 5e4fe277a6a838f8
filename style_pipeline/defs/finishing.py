"""The finished video: put together, compared with its source, and only then published."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from style_pipeline import layout
from style_pipeline.defs.extraction import audio_folder
from style_pipeline.defs.sources import Source
from style_pipeline.defs.stages import Stages
from style_pipeline.errors import FidelityError, ObjectMissing
from style_pipeline.job import StyleJob
from style_pipeline.manifest import AudioManifest, FrameManifest
from style_pipeline.media.assemble import assemble
from style_pipeline.media.verify import Verdict, verify
from style_pipeline.store import MediaStore


@dataclass(frozen=True)
class Finished:
    """A published video, and what was compared with the source before."""

    key: str
    size: int
    audio: AudioManifest
    verdicts: tuple[Verdict, ...]


def finish(
    store: MediaStore,
    source: Source,
    manifest: FrameManifest,
    job: StyleJob,
    folder: Path,
    stages: Stages,
) -> Finished:
    """Put the styled shards of ``job`` and the source's audio together and publish the result.

    Raises FidelityError, with the numbers, where the result is not as long, as fast, as large or
    as loud as its source; then nothing is published.
    """
    audio = _audio_of(store, source)
    target = folder / "finished.mp4"
    with stages("fetch"):
        styled = _fetch_shards(store, manifest, job, folder)
        audio_path = _fetch_audio(store, audio, folder)
    with stages("assemble"):
        assemble(manifest, styled, audio, audio_path, target)
    with stages("verify"):
        verdicts = tuple(verify(source.probe, manifest, audio, target))
        _refuse_unfaithful(verdicts)
    with stages("publish"):
        published = store.upload(target, source.upload.output_key)
    return Finished(published.key, published.size, audio, verdicts)


def _audio_of(store: MediaStore, source: Source) -> AudioManifest:
    key = layout.manifest_key(audio_folder(source))
    try:
        return AudioManifest.from_json(store.read_bytes(key))
    except ObjectMissing as error:
        raise ObjectMissing(
            f"the audio of {source.upload.key!r}, as it is now, was not taken; "
            "materialise the asset 'audio_track' of this partition first"
        ) from error


def _fetch_shards(
    store: MediaStore, manifest: FrameManifest, job: StyleJob, folder: Path
) -> list[Path]:
    paths = []
    for shard in manifest.shards:
        paths.append(folder / f"{shard.index:06d}.mp4")
        store.download(job.styled_key(shard), paths[-1])
    return paths


def _fetch_audio(store: MediaStore, audio: AudioManifest, folder: Path) -> Path | None:
    if audio.key is None:
        return None
    path = folder / f"audio{Path(audio.key).suffix}"
    store.download(audio.key, path)
    return path


def _refuse_unfaithful(verdicts: Sequence[Verdict]) -> None:
    broken = [verdict for verdict in verdicts if not verdict.kept]
    if broken:
        numbers = "; ".join(f"{v.property}: {v.measured}, not {v.expected}" for v in broken)
        raise FidelityError(
            f"the finished video differs from its source and was not published ({numbers}); "
            "please report this with the source file"
        )
