"""Every setting there is, read once from an environment that is passed in; none is required."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from style_pipeline import azure_settings, limits
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.errors import ConfigurationError
from style_pipeline.limits import UploadLimits, program_limits
from style_pipeline.notices import check_queue_url
from style_pipeline.output import PRESETS, USUAL, OutputPreset, choose
from style_pipeline.process import Limits
from style_pipeline.store import without_secrets
from style_pipeline.variables import Reader

STORE_SAS = "STYLE_PIPELINE_STORE_SAS"
STORE_CONNECTION_STRING = "STYLE_PIPELINE_STORE_CONNECTION_STRING"
ALERT_URL = "STYLE_PIPELINE_ALERT_URL"
INSIGHTS = "APPLICATIONINSIGHTS_CONNECTION_STRING"
TRACES = "STYLE_PIPELINE_TRACES"
LISTING_SECONDS = 15
QUEUE_SAS = "STYLE_PIPELINE_QUEUE_SAS"
QUEUE_CONNECTION_STRING = "STYLE_PIPELINE_QUEUE_CONNECTION_STRING"

VARIABLES = {
    "STYLE_PIPELINE_HOME": "folder of everything (default: ./data)",
    "STYLE_PIPELINE_STORE": "URL of the media store: file:///folder, or "
    "https://ACCOUNT.blob.core.windows.net/CONTAINER (default: the home folder)",
    STORE_SAS: "shared access signature for a store in Azure (default: Azure's "
    "own sign-in: managed identity, az login)",
    STORE_CONNECTION_STRING: "or a connection string for it (default: none)",
    "STYLE_PIPELINE_QUEUE": "URL of a storage queue with Event Grid's messages about the store: "
    "https://ACCOUNT.queue.core.windows.net/QUEUE (default: none)",
    "STYLE_PIPELINE_LISTING_SECONDS": "time between two looks into incoming/; may be long where a "
    "queue tells of uploads (default: 15)",
    QUEUE_SAS: "shared access signature for that queue (default: Azure's own sign-in)",
    QUEUE_CONNECTION_STRING: "or a connection string for it (default: none)",
    "STYLE_PIPELINE_SCRATCH": "folder for temporary files (default: .scratch in the home)",
    "STYLE_PIPELINE_RANKS": "MPI ranks (default: one per usable core)",
    "STYLE_PIPELINE_THREADS_PER_RANK": "threads of PyTorch in each rank (default: 1)",
    "STYLE_PIPELINE_ENGINE": "how the network is computed: auto, native-bfloat16, native-float32, "
    "torch-float32, torch-float16 (default: auto, the fastest that this machine has)",
    "STYLE_PIPELINE_FRAME_MEMORY_MB": "memory that each rank may take for a frame; with less than "
    "a frame needs, it is painted in bands (default: what is free, shared by the ranks)",
    "STYLE_PIPELINE_DEADLINE_SECONDS": "longest time for one style job (default: 21600)",
    "STYLE_PIPELINE_SHARD_FRAMES": "frames per shard (default: 24)",
    "STYLE_PIPELINE_FRAME_FORMAT": "video, or png for image files (default: video)",
    "STYLE_PIPELINE_OUTPUT": f"kind of result: {', '.join(PRESETS)} (default: {USUAL})",
    "STYLE_PIPELINE_CRF": "quality of the result, 0 (best) to 51, or 63 for VP9 and AV1 "
    "(default: the output's own, 16 for H.264)",
    "STYLE_PIPELINE_BIT_RATE": "bits per second of the result's pictures instead (default: none)",
    "STYLE_PIPELINE_HDR": "tonemap: PQ and HLG become SDR; or refuse (default: tonemap)",
    "STYLE_PIPELINE_INTERLACED": "deinterlace, or refuse (default: deinterlace)",
    "STYLE_PIPELINE_ALPHA": "composite: over black; or refuse (default: composite)",
    "STYLE_PIPELINE_TRUNK": "VGG-16 in safetensors, which judges while a style is learnt",
    "STYLE_PIPELINE_PHOTOGRAPHS": "folder of photographs to practise on while a style is learnt",
    "STYLE_PIPELINE_LESSON_STEPS": "steps to learn a style in (default: 900)",
    "STYLE_PIPELINE_WORK_DAYS": "days after its last change that something in work/ is cleared "
    "(default: it stays)",
    "STYLE_PIPELINE_RUN_DAYS": "days after its end that a run which nothing hangs on any more is "
    "forgotten, and what old runs wrote to files (default: all stay)",
    ALERT_URL: "web hook that is told of failed and of stalled runs (default: none)",
    INSIGHTS: "Application Insights, where traces and metrics of runs go (default: none)",
    TRACES: "or console, or a file, where they go in a line of JSON each (default: nowhere)",
    "STYLE_PIPELINE_DAILY_COST": "most that painting may cost in 24 hours, in the currency of the "
    "table of prices (default: no limit)",
    **limits.VARIABLES,
    "DAGSTER_HOME": "folder of Dagster's records (default: dagster in the home)",
    "STYLE_PIPELINE_LAUNCHER": "local_mpi, or azure_ml for a cluster (default: local_mpi)",
    **azure_settings.VARIABLES,
}
"""What each environment variable means; other names are ignored."""

_ENGINES = ("auto", "native-bfloat16", "native-float32", "torch-float32", "torch-float16")


@dataclass(frozen=True)
class Settings:
    """How this installation is set up; all paths are absolute.

    ``ranks`` None means one MPI rank per usable core. ``frame_format`` is ``video`` or ``png``.
    ``azure`` None means that style jobs run on this machine. ``learnt_url`` is where learnt styles
    lie, None where that is the store.
    """

    home: Path
    store_url: str
    scratch: Path
    dagster_home: Path
    ranks: int | None = None
    threads_per_rank: int = 1
    engine: str = "auto"
    deadline_seconds: float = 6 * 3600.0
    shard_frames: int = 24
    frame_format: str = "video"
    output: str = USUAL
    crf: int | None = None
    bit_rate: int | None = None
    hdr: str = "tonemap"
    interlaced: str = "deinterlace"
    alpha: str = "composite"
    trunk: Path | None = None
    photographs: Path | None = None
    lesson_steps: int = 900
    daily_cost: float | None = None
    work_days: float | None = None
    run_days: float | None = None
    alerts: bool = False
    traces: bool = False
    upload: UploadLimits = field(default_factory=UploadLimits)
    ffmpeg: Limits = field(default_factory=lambda: program_limits({}))
    azure: AzureSettings | None = None
    learnt_url: str | None = None
    queue_url: str | None = None
    listing_seconds: int = LISTING_SECONDS

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], cwd: Path | None = None) -> Self:
        """The settings that ``environ`` asks for; relative folders start at ``cwd``.

        Raises ConfigurationError, naming the variable and what it may hold.
        """
        base = Path.cwd() if cwd is None else cwd
        home = (base / (environ.get("STYLE_PIPELINE_HOME") or "data")).resolve()
        read = Reader(environ, "STYLE_PIPELINE_")
        output = read.choice("OUTPUT", tuple(PRESETS))
        crf = read.number("CRF", int, 0, 63, None)
        bit_rate = read.number("BIT_RATE", int, 10_000, 1_000_000_000, None)
        choose(output, crf, bit_rate)
        on_azure = read.choice("LAUNCHER", ("local_mpi", "azure_ml")) == "azure_ml"
        return cls(
            home=home,
            store_url=without_secrets(environ.get("STYLE_PIPELINE_STORE") or home.as_uri()),
            scratch=base / (environ.get("STYLE_PIPELINE_SCRATCH") or home / ".scratch"),
            dagster_home=base / (environ.get("DAGSTER_HOME") or home / "dagster"),
            ranks=read.number("RANKS", int, 1, 4096, None),
            threads_per_rank=read.number("THREADS_PER_RANK", int, 1, 256, 1),
            engine=read.choice("ENGINE", _ENGINES),
            deadline_seconds=read.number("DEADLINE_SECONDS", float, 1, 7 * 86400, 21600.0),
            shard_frames=read.number("SHARD_FRAMES", int, 1, 10_000, 24),
            frame_format=read.choice("FRAME_FORMAT", ("video", "png")),
            output=output,
            crf=crf,
            bit_rate=bit_rate,
            hdr=read.choice("HDR", ("tonemap", "refuse")),
            interlaced=read.choice("INTERLACED", ("deinterlace", "refuse")),
            alpha=read.choice("ALPHA", ("composite", "refuse")),
            trunk=read.path("TRUNK", base),
            photographs=read.path("PHOTOGRAPHS", base),
            lesson_steps=read.number("LESSON_STEPS", int, 1, 1_000_000, 900),
            daily_cost=read.number("DAILY_COST", float, 0, 1_000_000_000, None),
            work_days=read.number("WORK_DAYS", float, 1, 36500, None),
            run_days=read.number("RUN_DAYS", float, 2, 36500, None),
            alerts=bool(environ.get(ALERT_URL)),
            traces=bool(environ.get(INSIGHTS) or environ.get(TRACES)),
            upload=UploadLimits.from_environment(environ),
            ffmpeg=program_limits(environ),
            azure=AzureSettings.from_environment(environ, base) if on_azure else None,
            learnt_url=_learnt_url(environ),
            queue_url=_queue_url(environ),
            listing_seconds=read.number("LISTING_SECONDS", int, 1, 86400, LISTING_SECONDS),
        )

    @property
    def preset(self) -> OutputPreset:
        """What results are to be."""
        return choose(self.output, self.crf, self.bit_rate)

    @property
    def store_folder(self) -> Path | None:
        """The store's folder where it is a local one, for telling people where to look."""
        parts = urlsplit(self.store_url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _learnt_url(environ: Mapping[str, str]) -> str | None:
    """Whoever paints: a store for operations that is named is made use of."""
    url = environ.get(azure_settings.OPERATIONS, "").strip()
    return without_secrets(url) if url else None


def _queue_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("STYLE_PIPELINE_QUEUE", "").strip()
    if not url:
        return None
    if not environ.get("STYLE_PIPELINE_STORE", "").startswith("http"):
        raise ConfigurationError(
            "STYLE_PIPELINE_QUEUE tells of uploads to Azure: set STYLE_PIPELINE_STORE to the "
            "container, or unset it"
        )
    return check_queue_url(url)
