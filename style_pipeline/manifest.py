"""What is written beside the pixels: frame manifest, audio manifest, sidecars, the style report.

All of them are versioned JSON with sorted keys, so that equal content has equal bytes. Frames are
counted from 0 in presentation order. Times are integers in the source's time base, never floats.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from style_pipeline.document import Document
from style_pipeline.errors import ManifestError

VERSION = 2

_FINE_CLOCK = 10_000


@dataclass(frozen=True)
class StreamTags:
    """What a stream is called: ``language`` as ISO 639-2 has it (``und`` where not said)."""

    language: str = "und"
    title: str = ""
    default: bool = False
    forced: bool = False


@dataclass(frozen=True)
class ColourTags:
    """FFmpeg's names for matrix, primaries, transfer and range, as resolved for decoding.

    An untagged source is given the usual matrix for its size (BT.709 from 720 lines up, else
    BT.601: ``smpte170m``) and limited range; ``tagged`` says whether the source said so itself.
    """

    matrix: str
    primaries: str
    transfer: str
    range: str
    tagged: bool


@dataclass(frozen=True)
class VideoFormat:
    """How the source's pictures are shaped and timed.

    ``width`` and ``height`` are the coded picture's, before ``rotation`` (degrees counter-clockwise
    as in a display matrix: 0, 90, 180, 270) is applied. ``frame_rate`` is the average rate and is
    informative; the truth about time is the manifest's ``pts``.
    """

    width: int
    height: int
    pixel_format: str
    sample_aspect: Fraction
    rotation: int
    frame_rate: Fraction
    time_base: Fraction
    colour: ColourTags

    @property
    def clock(self) -> int:
        """Ticks per second that results count pictures by: every ``time_base`` tick, and finer."""
        own = self.time_base.denominator
        return own * -(-_FINE_CLOCK // own)


@dataclass(frozen=True)
class FrameShard:
    """A run of ``count`` frames from ``first_frame`` on, stored as one object under ``key``."""

    index: int
    first_frame: int
    count: int
    key: str
    sha256: str
    size: int


@dataclass(frozen=True)
class FrameManifest(Document):
    """Every frame of one source: ``pts[i]`` is frame i's time, in ``format.time_base`` units.

    ``pts`` are as in the source (they need not start at 0) and strictly increasing;
    ``last_duration`` is how long the last frame is shown, in the same units. ``format`` is that of
    the shards; ``notes`` say what was done to the pictures on purpose, where the source's differ.
    """

    source_sha256: str
    digest: str
    format: VideoFormat
    pts: tuple[int, ...]
    last_duration: int
    shards: tuple[FrameShard, ...]
    notes: tuple[str, ...] = ()
    version: int = VERSION

    def __post_init__(self) -> None:
        _check(
            all(a < b for a, b in zip(self.pts, self.pts[1:], strict=False)), "pts must increase"
        )
        _check(self.last_duration > 0, "the last frame must last")
        expected = 0
        for position, shard in enumerate(self.shards):
            _check(shard.index == position, f"shard {position} is numbered {shard.index}")
            _check(shard.first_frame == expected, f"shard {position} leaves a gap or overlaps")
            _check(shard.count > 0, f"shard {position} is empty")
            expected += shard.count
        _check(expected == len(self.pts), f"shards hold {expected} of {len(self.pts)} frames")

    @property
    def frame_count(self) -> int:
        return len(self.pts)

    @property
    def duration(self) -> Fraction:
        """Seconds from the first frame's start to the last frame's end."""
        return (self.pts[-1] - self.pts[0] + self.last_duration) * self.format.time_base


@dataclass(frozen=True)
class AudioStream:
    """One audio stream of a file; ``stream_index`` is its number among all streams.

    ``start`` is its first packet's time in seconds on the file's own clock, encoder delay included;
    ``delay`` is what an Opus decoder drops at the beginning, in seconds, 0 for other codecs;
    ``last_duration`` how long its last packet lasts, in seconds, 0 where the container does not
    say; ``bits`` per sample where that is known, else 0.
    """

    stream_index: int
    codec: str
    sample_rate: int
    channels: int
    bits: int
    tags: StreamTags
    start: Fraction
    delay: Fraction
    last_duration: Fraction
    packets: int


@dataclass(frozen=True)
class AudioTrack(AudioStream):
    """An audio stream, copied bit for bit: ``packets_md5`` is ``ffmpeg -c copy -f md5`` of it."""

    packets_md5: str


@dataclass(frozen=True)
class AudioManifest(Document):
    """The audio of one source: all streams in one object under ``key``, or no object at all."""

    source_sha256: str
    digest: str
    tracks: tuple[AudioTrack, ...]
    key: str | None
    sha256: str | None
    size: int
    version: int = VERSION


@dataclass(frozen=True)
class Sidecar(Document):
    """The proof that a styled shard is finished; written after the shard itself.

    ``digest`` covers everything that determines the shard's content (see
    :meth:`style_pipeline.job.StyleJob.shard_digest`): another digest means another picture.
    """

    digest: str
    count: int
    sha256: str
    size: int
    version: int = VERSION


@dataclass(frozen=True)
class ShardTime:
    """A shard's way through a rank: ``began`` in Unix time, from taken to stored in ``seconds``."""

    index: int
    frames: int
    began: float
    seconds: float


@dataclass(frozen=True)
class RankReport:
    """What one rank did; ``seconds`` by stage: load, read, network, encode, store.

    Stages overlap, so their sum may exceed ``wall``; so do the times of its ``shard_times``.
    ``peak_memory`` is the most that the rank held at a time, in bytes.
    """

    rank: int
    host: str
    frames: int
    shards: int
    wall: float
    seconds: dict[str, float] = field(default_factory=dict)
    shard_times: tuple[ShardTime, ...] = ()
    peak_memory: int = 0


@dataclass(frozen=True)
class StyleReport(Document):
    """What a style job did. Informative only: the truth about completeness is the sidecars.

    ``node_hours`` and ``cost`` are the cluster's share, None where there was no cluster, or no
    price.
    """

    job_digest: str
    frames: int
    shards_total: int
    shards_styled: int
    shards_reused: int
    world_size: int
    wall: float
    device: str
    ranks: tuple[RankReport, ...]
    notes: tuple[str, ...] = ()
    node_hours: float | None = None
    cost: float | None = None
    version: int = VERSION


def _check(holds: bool, why: str) -> None:
    if not holds:
        raise ManifestError(f"the frame manifest contradicts itself: {why}")
