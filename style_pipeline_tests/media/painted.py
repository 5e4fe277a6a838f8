"""A source's painting, made by the worker's own line without any network: frames as they are."""

from dataclasses import dataclass, replace
from pathlib import Path

from style_pipeline.job import Encoding
from style_pipeline.manifest import AudioManifest, FrameManifest, FrameShard
from style_pipeline.media.assemble import Parts, assemble
from style_pipeline.media.audio import extract_audio
from style_pipeline.media.company import company
from style_pipeline.media.containers import CONTAINERS, Container
from style_pipeline.media.frames import FrameSettings, extract_frames
from style_pipeline.media.probe import SourceProbe, probe
from style_pipeline.output import USUAL, choose
from style_pipeline.worker.decoder import decode
from style_pipeline.worker.encoder import Times
from style_pipeline.worker.line import Paint
from style_pipeline.worker.rated import encoder_for

SETTINGS = FrameSettings(shard_frames=8)


@dataclass(frozen=True)
class Painted:
    """What was found in a source, what the result was made of, and the result."""

    probe: SourceProbe
    parts: Parts
    container: Container
    path: Path


def take_apart(
    source: Path, folder: Path, settings: FrameSettings = SETTINGS
) -> tuple[SourceProbe, FrameManifest]:
    """The manifest of a source's frames, its shards under their file names."""
    found = probe(source)
    taken = extract_frames(source, found, folder, settings)
    shards = tuple(
        FrameShard(s.index, s.first_frame, s.count, str(s.path), s.sha256, s.size)
        for s in taken.shards
    )
    notes = taken.notes
    manifest = FrameManifest(
        "00", "00", taken.format, taken.pts, taken.last_duration, shards, notes
    )
    return found, manifest


def pass_through(
    manifest: FrameManifest,
    folder: Path,
    paint: Paint = lambda frame: frame,
    encoding: Encoding | None = None,
) -> list[Path]:
    """Styled shards; without ``paint`` they show the frames as they are."""
    encoding = encoding or Encoding()
    paths = []
    for shard in manifest.shards:
        encoder = encoder_for(manifest.format, encoding, Times.of(manifest, shard))
        content = Path(shard.key).read_bytes()
        for picture in decode(content, manifest.format, shard.count, shard.key):
            encoder.add(paint(picture))
        paths.append(folder / f"{shard.index:06d}{encoding.suffix}")
        paths[-1].write_bytes(encoder.finish())
    return paths


def painted(
    source: Path,
    folder: Path,
    paint: Paint = lambda frame: frame,
    settings: FrameSettings = SETTINGS,
    output: str = USUAL,
    bit_rate: int | None = None,
) -> Painted:
    """``source`` taken apart, painted and joined in ``folder`` as the preset ``output``."""
    preset = choose(output, bit_rate=bit_rate)
    container = CONTAINERS[preset.container]
    (shards := folder / "shards").mkdir()
    (styled := folder / "styled").mkdir()
    settings = replace(settings, upright=not container.turns)
    found, manifest = take_apart(source, shards, settings)
    taken = extract_audio(source, found, folder)
    audio = AudioManifest("00", "00", taken.tracks, "k" if taken.path else None, None, 0)
    shown = pass_through(manifest, styled, paint, preset.encoding)
    along = company(source, found, container)
    parts = Parts(manifest, shown, audio, taken.path, along, bit_rate)
    target = folder / f"finished{preset.suffix}"
    assemble(parts, container, target)
    return Painted(found, parts, container, target)
