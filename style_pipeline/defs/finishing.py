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
from style_pipeline.media.assemble import Parts, assemble
from style_pipeline.media.company import company
from style_pipeline.media.containers import Container
from style_pipeline.media.plan import Line, plan
from style_pipeline.media.verdicts import Verdict
from style_pipeline.media.verify import verify
from style_pipeline.store import MediaStore


@dataclass(frozen=True)
class Finished:
    """A published video, what became of everything in its source, and what was compared."""

    key: str
    size: int
    audio: AudioManifest
    fates: tuple[Line, ...]
    verdicts: tuple[Verdict, ...]


def finish(
    store: MediaStore,
    source: Source,
    manifest: FrameManifest,
    job: StyleJob,
    container: Container,
    folder: Path,
    stages: Stages,
) -> Finished:
    """Put the styled shards of ``job`` and the source's audio together and publish the result.

    Raises FidelityError, with the numbers, where the result deviates from its source in a line of
    the contract; then nothing is published.
    """
    audio = _audio_of(store, source)
    target = folder / f"finished{container.suffix}"
    with stages("fetch"):
        styled = _fetch_shards(store, manifest, job, folder)
        audio_path = _fetch_audio(store, audio, folder)
    along = company(source.path, source.probe, container)
    parts = Parts(manifest, styled, audio, audio_path, along, job.encoding.bit_rate)
    with stages("assemble"):
        assemble(parts, container, target)
    with stages("verify"):
        verdicts = verify(parts, container, target)
        _refuse_unfaithful(verdicts)
    with stages("publish"):
        published = store.upload(target, source.upload.output_key(container.suffix))
    fates = plan(source.probe, manifest.notes, container, job.encoding)
    return Finished(published.key, published.size, audio, fates, verdicts)


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
        paths.append(folder / f"{shard.index:06d}{job.encoding.suffix}")
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
