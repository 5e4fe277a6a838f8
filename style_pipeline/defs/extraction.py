"""What is taken from a source, and kept: done once per content, found again by every later style.

A manifest is written after what it describes, so its presence means that the whole was there. It
is believed only as far as its objects still lie in the store, unharmed.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from style_pipeline import layout
from style_pipeline.defs.sources import Source
from style_pipeline.defs.stages import Stages
from style_pipeline.errors import ManifestError, ObjectMissing
from style_pipeline.manifest import AudioManifest, FrameManifest, FrameShard
from style_pipeline.media.audio import AudioExtraction, audio_digest, extract_audio
from style_pipeline.media.frames import (
    ExtractedShard,
    FrameExtraction,
    FrameSettings,
    extract_frames,
)
from style_pipeline.store import MediaStore

_CHUNK = 1 << 20
_WRITERS = 8


def frames_folder(source: Source, settings: FrameSettings) -> str:
    """The prefix under which the frames of a source lie."""
    return layout.frames_prefix(source.id, settings.digest(source.sha256))


def audio_folder(source: Source) -> str:
    """The prefix under which the audio of a source lies."""
    return layout.audio_prefix(source.id, audio_digest(source.sha256))


def kept_frames(store: MediaStore, prefix: str) -> FrameManifest | None:
    """The manifest of frames that are all there, or None."""
    with suppress(ObjectMissing, ManifestError):
        manifest = FrameManifest.from_json(store.read_bytes(layout.manifest_key(prefix)))
        if next(shard_faults(store, manifest), None) is None:
            return manifest
    return None


def kept_audio(store: MediaStore, prefix: str) -> AudioManifest | None:
    """The manifest of audio that is there, or None."""
    with suppress(ObjectMissing, ManifestError):
        manifest = AudioManifest.from_json(store.read_bytes(layout.manifest_key(prefix)))
        if manifest.key is None or _sha256(store, manifest.key) == manifest.sha256:
            return manifest
    return None


def shard_faults(store: MediaStore, manifest: FrameManifest) -> Iterator[str]:
    """What is wrong with the stored shards, each in one line; the shards are read and hashed."""
    for shard in manifest.shards:
        try:
            if _sha256(store, shard.key) != shard.sha256:
                yield f"shard {shard.index} is damaged: it no longer has its sha256"
        except ObjectMissing:
            yield f"shard {shard.index} is missing"


def take_frames(
    store: MediaStore, source: Source, settings: FrameSettings, folder: Path, stages: Stages
) -> FrameManifest:
    """Decode the source into ``folder``, store the shards and then their manifest."""
    with stages("decode"):
        taken = extract_frames(source.path, source.probe, folder, settings)
    prefix = frames_folder(source, settings)
    with stages("store"):
        manifest = FrameManifest(
            source_sha256=source.sha256,
            digest=settings.digest(source.sha256),
            format=taken.format,
            pts=taken.pts,
            last_duration=taken.last_duration,
            shards=tuple(_stored_shards(store, prefix, taken)),
            notes=taken.notes,
        )
        store.upload(manifest.to_json(), layout.manifest_key(prefix))
    return manifest


def take_audio(store: MediaStore, source: Source, folder: Path, stages: Stages) -> AudioManifest:
    """Copy the source's audio streams into ``folder``, store them and then their manifest."""
    with stages("copy"):
        taken = extract_audio(source.path, source.probe, folder)
    prefix = audio_folder(source)
    with stages("store"):
        manifest = AudioManifest(
            source_sha256=source.sha256,
            digest=audio_digest(source.sha256),
            tracks=taken.tracks,
            key=_stored_audio(store, prefix, taken),
            sha256=taken.sha256,
            size=taken.size,
        )
        store.upload(manifest.to_json(), layout.manifest_key(prefix))
    return manifest


def _stored_shards(store: MediaStore, prefix: str, taken: FrameExtraction) -> Iterator[FrameShard]:
    """Several at a time, since a store makes one wait until it has written down."""

    def stored(shard: ExtractedShard) -> FrameShard:
        key = layout.shard_key(prefix, shard.index, shard.path.suffix)
        store.upload(shard.path, key)
        shard.path.unlink()  # the scratch folder never holds all frames twice
        return FrameShard(
            index=shard.index,
            first_frame=shard.first_frame,
            count=shard.count,
            key=key,
            sha256=shard.sha256,
            size=shard.size,
        )

    with ThreadPoolExecutor(_WRITERS) as writers:
        yield from writers.map(stored, taken.shards)


def _stored_audio(store: MediaStore, prefix: str, taken: AudioExtraction) -> str | None:
    if taken.path is None:
        return None
    key = f"{prefix}{taken.path.name}"
    store.upload(taken.path, key)
    return key


def _sha256(store: MediaStore, key: str) -> str:
    digest = hashlib.sha256()
    with store.open_read(key) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
