"""The source's frames as lossless shards: decoded once, pixel format, tags and times untouched."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

from style_pipeline.errors import UnusableVideo
from style_pipeline.manifest import VideoFormat
from style_pipeline.media import digests, ffmpeg, shards
from style_pipeline.media.ffmpeg import Blame, Input, Options, Output
from style_pipeline.media.lossless import lossless_options
from style_pipeline.media.probe import SourceProbe
from style_pipeline.media.treatment import Policies, Treatment, treatment

EXTRACTOR_VERSION = 2
"""Raised whenever the same source would give other shards than before."""

FrameFormat = Literal["video", "png"]

_REMEDY = "upload an intact copy, or save what can be saved with 'style-pipeline repair'"

_BLAME = Blame("decode the video to its end", f"it is damaged, {_REMEDY}", UnusableVideo)


@dataclass(frozen=True)
class FrameSettings:
    """``shard_frames`` frames to a shard, each shard a short lossless video.

    ``frame_format="png"`` makes every frame an ordinary PNG picture inside its shard, RGB, many
    times slower and larger. ``policies`` decide what is refused; each knows one conversion, so
    that they do not name other shards. ``upright`` turns the pictures themselves as they are to be
    turned, for a result that could not say so.
    """

    shard_frames: int = 24
    frame_format: FrameFormat = "video"
    policies: Policies = field(default_factory=Policies)
    upright: bool = False

    def digest(self, source_sha256: str) -> str:
        """20 hex digits that name everything which determines the shards of a source."""
        return digests.parameters(
            extractor=EXTRACTOR_VERSION,
            source=source_sha256,
            shard_frames=self.shard_frames,
            frame_format=self.frame_format,
            upright=self.upright,
        )


@dataclass(frozen=True)
class ExtractedShard:
    """``count`` frames from ``first_frame`` on, in the NUT file at ``path``."""

    index: int
    first_frame: int
    count: int
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class FrameExtraction:
    """All frames of a source; fields as in :class:`style_pipeline.manifest.FrameManifest`."""

    format: VideoFormat
    pts: tuple[int, ...]
    last_duration: int
    shards: tuple[ExtractedShard, ...]
    notes: tuple[str, ...]


def extract_frames(
    source: Path, probe: SourceProbe, folder: Path, settings: FrameSettings
) -> FrameExtraction:
    """Decode ``source`` once and write its frames into ``folder``, which must be empty.

    What was written is read back and counted. Raises UnusableVideo where the source cannot be
    decoded to its end, gives another number of frames than its container holds packets, or is of
    a kind that policy refuses.
    """
    delay, treated = _delay(probe), treatment(probe, settings.policies, upright=settings.upright)
    ffmpeg.run(
        [_input(source, treated)], [_output(probe, treated, folder, settings, delay)], _BLAME
    )
    written = [shards.read_times(path) for path in sorted(folder.glob("*.nut"))]
    pts = tuple(
        shards.in_ticks(time - delay, probe.video.time_base)
        for shard in written
        for time in shard.times
    )
    _refuse_miscount(len(pts), probe)
    _refuse_disorder(pts)
    return FrameExtraction(
        format=treated.format,
        pts=pts,
        last_duration=probe.last_duration,
        shards=_describe(written),
        notes=treated.notes,
    )


def _input(source: Path, treated: Treatment) -> Input:
    decoder: Options = {"c:v": treated.decoder} if treated.decoder else {}
    options = {"copyts": None, "noautorotate": None, "err_detect": "explode", **decoder}
    return Input(source, options)


def _output(
    probe: SourceProbe, treated: Treatment, folder: Path, settings: FrameSettings, delay: int
) -> Output:
    options: Options = {
        **lossless_options(treated, settings.frame_format),
        **_exact_times(delay),
        **_cut_every(settings.shard_frames, probe.packets),
        "frames:v": probe.packets + 1,  # one too many is enough to refuse the file
        "map_metadata": -1,
        "fflags": "+bitexact",
    }
    return Output(folder / "%06d.nut", [(0, str(probe.video_stream_index))], options)


def _exact_times(delay: int) -> Options:
    """No frame is doubled, dropped, moved or scaled; the encoder counts in the source's ticks."""
    shift: Options = {"output_ts_offset": delay} if delay else {}
    return {"fps_mode": "passthrough", "enc_time_base": "-1", "autoscale": 0, **shift}


def _cut_every(frames: int, total: int) -> Options:
    """A key frame and a new file every so many frames. NUT keeps any time base exactly."""
    cuts = ",".join(str(first) for first in range(frames, max(total, frames + 1), frames))
    return {
        "g": frames,
        "force_key_frames": f"expr:not(mod(n,{frames}))",
        "f": "segment",
        "segment_format": "nut",
        "segment_frames": cuts,
    }


def _delay(probe: SourceProbe) -> int:
    """Whole seconds to move a source by that begins before zero, since NUT cannot; else 0."""
    first = probe.packet_pts[0] * probe.video.time_base if probe.packet_pts else 0
    return -(first.__floor__()) if first < 0 else 0


def _refuse_miscount(decoded: int, probe: SourceProbe) -> None:
    if decoded != probe.packets:
        raise UnusableVideo(
            f"the video is damaged: {decoded} of its {probe.packets} frames can be decoded; "
            f"{_REMEDY}"
        )


def _refuse_disorder(pts: tuple[int, ...]) -> None:
    stuck = [i for i, (a, b) in enumerate(pairwise(pts)) if b <= a]
    if stuck:
        raise UnusableVideo(
            f"the video is damaged: frame {stuck[0] + 1} is not later than the one before it; "
            f"{_REMEDY}"
        )


def _describe(written: list[shards.ShardTimes]) -> tuple[ExtractedShard, ...]:
    described = []
    first = 0
    for index, shard in enumerate(written):
        described.append(
            ExtractedShard(
                index=index,
                first_frame=first,
                count=len(shard.times),
                path=shard.path,
                sha256=digests.file_sha256(shard.path),
                size=shard.path.stat().st_size,
            )
        )
        first += len(shard.times)
    return tuple(described)
