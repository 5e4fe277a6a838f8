"""What a style job is, and who can run one.

A :class:`StyleJob` holds all that a worker is told; it travels as JSON through the store, so that
a laptop's ``mpiexec`` and an Azure ML cluster read the very same bytes.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

from style_pipeline import document, layout
from style_pipeline.document import Document
from style_pipeline.errors import ManifestError
from style_pipeline.look import Look
from style_pipeline.manifest import FrameManifest, FrameShard, StyleReport

VERSION = 4

ENGINE_VERSION = 9
"""Raised whenever the same job would give other pixels than before."""

RATE_VERSION = 1
"""Raised whenever the same job with a bit rate would, and one with a quality would not."""

RATE_TOLERANCE = 0.1
"""The share of what a bit rate leaves a shard by which the shard may be larger or smaller."""

_PROGRESS = re.compile(r"(\d+) of (\d+) (\w+), ([\d.]+) per second(?:, (\d+) s left)?")


@dataclass(frozen=True)
class Encoding:
    """How styled shards are encoded: at final quality, since stitching copies their packets.

    ``crf`` is the codec's constant quality (lower is better), or None where ``bit_rate``, in bits
    per second, is to be kept by every shard, or where the codec has one quality; ``preset`` is its
    speed.
    """

    codec: str = "libx264"
    crf: int | None = 16
    preset: str = "veryfast"
    bit_rate: int | None = None

    @property
    def suffix(self) -> str:
        """What a shard's file ends with: an mp4 knows no ProRes."""
        return ".mov" if self.codec == "prores_ks" else ".mp4"


@dataclass(frozen=True)
class StyleChoice:
    """Where one style of a look comes from.

    ``kind`` is ``trained``: a style of the checkpoint with this ``sha256``, under ``key`` in the
    store, or inside the package where that is None; or ``any``: the painting with this ``sha256``
    under ``key``, painted at once by the networks of arbitrary stylisation.
    """

    name: str
    sha256: str
    key: str | None = None
    kind: str = "trained"


@dataclass(frozen=True)
class StyleJob(Document):
    """One video to be painted in one look.

    ``video`` and ``run_id`` lead back to Dagster and do not influence a pixel. ``manifest_key`` is
    the frame manifest, ``manifest_sha256`` pins its content. ``styles`` are those of the look's
    blend, in its order. ``threads_per_rank`` is part of the digest because the order of
    floating-point sums depends on it, and so is ``engine``, how the look is computed: one of
    :data:`style_pipeline.style.engine.ENGINES`.
    """

    video: str
    run_id: str
    manifest_key: str
    manifest_sha256: str
    frames_digest: str
    look: Look
    styles: tuple[StyleChoice, ...]
    encoding: Encoding = Encoding()
    threads_per_rank: int = 1
    engine: str = "torch-float32"
    version: int = VERSION

    def __post_init__(self) -> None:
        named = tuple(style.name for style in self.styles)
        if named != self.look.styles:
            raise ManifestError(f"the look blends {self.look.styles}, the job has {named}")

    @property
    def digest(self) -> str:
        """Names everything that determines the pictures; the folder of the styled shards."""
        parts = {
            "engine": [ENGINE_VERSION, self.engine],
            "frames": self.frames_digest,
            "look": document.plain(self.look),
            "styles": [[style.kind, style.name, style.sha256] for style in self.styles],
            "encoding": document.plain(self.encoding),
            "threads": self.threads_per_rank,
        }
        if self.encoding.bit_rate is not None:
            parts["rate"] = RATE_VERSION
        return hashlib.sha256(document.dump(parts)).hexdigest()[:20]

    @property
    def prefix(self) -> str:
        """Where the styled shards of this job lie in the store."""
        return layout.styled_prefix(self.digest)

    def shard_digest(self, shard: FrameShard) -> str:
        """Names everything that determines one styled shard's content."""
        return hashlib.sha256(f"{self.digest}:{shard.index}:{shard.sha256}".encode()).hexdigest()

    def styled_key(self, shard: FrameShard) -> str:
        """Where the styled shard lies."""
        return layout.shard_key(self.prefix, shard.index, self.encoding.suffix)


@dataclass(frozen=True)
class Progress:
    """How far a job is, over all ranks: ``frames_done`` of ``frames_total`` (reused ones included).

    ``frames_per_second`` counts this job's own frames only; ``eta_seconds`` is None until known.
    Where it is not frames that are counted, ``unit`` says what.
    """

    frames_done: int
    frames_total: int
    frames_per_second: float
    eta_seconds: float | None
    unit: str = "frames"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """What ``str()`` made of a progress; None where ``text`` is something else."""
        match = _PROGRESS.fullmatch(text.strip())
        if match is None:
            return None
        done, total, unit, rate, eta = match.groups()
        return cls(int(done), int(total), float(rate), None if eta is None else float(eta), unit)

    def __str__(self) -> str:
        eta = "" if self.eta_seconds is None else f", {self.eta_seconds:.0f} s left"
        done = f"{self.frames_done} of {self.frames_total} {self.unit}"
        return f"{done}, {self.frames_per_second:.1f} per second{eta}"


Context = TypeVar("Context", contravariant=True)


class StyleLauncher(Protocol[Context]):
    """Starts the MPI worker somewhere, waits for it, and brings back its report.

    Raises StyleJobError (with the failing rank's traceback in the orchestrator's log) when the job
    fails or ends without a report, StyleJobTimeout past its deadline; whatever is raised while
    waiting, a cancellation included, ends every rank first and is raised again.
    """

    def run(self, context: Context, job: StyleJob, manifest: FrameManifest) -> StyleReport:
        """Run ``job`` to its end; shards finished by an earlier attempt are not done again."""
        ...
