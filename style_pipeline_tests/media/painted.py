"""A source's painting, made by the worker's own line without any network: frames as they are."""

from dataclasses import dataclass
from pathlib import Path

from style_pipeline.job import Encoding
from style_pipeline.manifest import AudioManifest, FrameManifest, FrameShard
from style_pipeline.media.assemble import assemble
from style_pipeline.media.audio import extract_audio
from style_pipeline.media.frames import FrameSettings, extract_frames
from style_pipeline.media.probe import SourceProbe, probe
from style_pipeline.worker.decoder import decode
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline.worker.line import Paint


@dataclass(frozen=True)
class Painted:
    """What was found in a source, and the file that it became."""

    probe: SourceProbe
    manifest: FrameManifest
    audio: AudioManifest
    path: Path


def take_apart(source: Path, folder: Path, per_shard: int = 8) -> tuple[SourceProbe, FrameManifest]:
    """The manifest of a source's frames, its shards under their file names."""
    found = probe(source)
    taken = extract_frames(source, found, folder, FrameSettings(shard_frames=per_shard))
    shards = tuple(
        FrameShard(s.index, s.first_frame, s.count, str(s.path), s.sha256, s.size)
        for s in taken.shards
    )
    manifest = FrameManifest("00", "00", taken.format, taken.pts, taken.last_duration, shards)
    return found, manifest


def pass_through(
    manifest: FrameManifest, folder: Path, paint: Paint = lambda frame: frame
) -> list[Path]:
    """Styled shards; without ``paint`` they show the frames as they are."""
    paths = []
    for shard in manifest.shards:
        encoder = ShardEncoder(manifest.format, Encoding(), Times.of(manifest, shard))
        content = Path(shard.key).read_bytes()
        for picture in decode(content, manifest.format, shard.count, shard.key):
            encoder.add(paint(picture))
        paths.append(folder / f"{shard.index:06d}.mp4")
        paths[-1].write_bytes(encoder.finish())
    return paths


def painted(source: Path, folder: Path, paint: Paint = lambda frame: frame) -> Painted:
    """``source`` taken apart, painted and joined in ``folder``."""
    (shards := folder / "shards").mkdir()
    (styled := folder / "styled").mkdir()
    found, manifest = take_apart(source, shards)
    taken = extract_audio(source, found, folder)
    audio = AudioManifest("00", "00", taken.tracks, "k" if taken.path else None, None, 0)
    target = folder / "finished.mp4"
    assemble(manifest, pass_through(manifest, styled, paint), audio, taken.path, target)
    return Painted(found, manifest, audio, target)
