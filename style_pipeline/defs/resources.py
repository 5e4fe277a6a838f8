"""What assets are given: the store, the launcher, the recipe, and one run's scratch folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast, get_args

import dagster as dg
from pydantic import Field

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.defs.admission import door
from style_pipeline.defs.ceiling import Ceiling
from style_pipeline.defs.handing_out import Rules
from style_pipeline.defs.lessons import Studio
from style_pipeline.defs.scratch import Scratch, opened
from style_pipeline.defs.webhook import Webhook
from style_pipeline.errors import ConfigurationError
from style_pipeline.job import StyleLauncher
from style_pipeline.launchers.local_mpi import LocalMpiLauncher
from style_pipeline.limits import UploadLimits
from style_pipeline.media import ffmpeg
from style_pipeline.media.containers import CONTAINERS, Container
from style_pipeline.media.frames import FrameFormat, FrameSettings
from style_pipeline.media.treatment import Policies
from style_pipeline.notices import NoticeQueue
from style_pipeline.output import USUAL, OutputPreset, choose
from style_pipeline.process import Limits
from style_pipeline.settings import ALERT_URL, Settings
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_queue, open_store, open_whole
from style_pipeline.style import engine
from style_pipeline.telemetry import Telemetry, open_telemetry


class StoreResource(dg.ConfigurableResource[MediaStore]):
    """The media store; assets get the :class:`~style_pipeline.store.MediaStore` itself."""

    url: str = Field(description="Where media lies, for example file:///srv/videos.")
    learnt_url: str | None = Field(
        default=None, description="Where learnt styles lie, if not there."
    )

    def create_resource(self, context: dg.InitResourceContext) -> MediaStore:
        return open_whole(self.url, self.learnt_url)


class QueueResource(dg.ConfigurableResource[NoticeQueue]):
    """Event Grid's messages about uploads; sensors get the queue itself."""

    url: str = Field(description="https://ACCOUNT.queue.core.windows.net/QUEUE")

    def create_resource(self, context: dg.InitResourceContext) -> NoticeQueue:
        return open_queue(self.url)


class LauncherResource(dg.ConfigurableResource[StyleLauncher[Any]]):
    """Runs style jobs on this machine's cores; assets get the launcher itself."""

    store_url: str = Field(description="The store that the ranks read and write.")
    learnt_url: str | None = Field(
        default=None, description="Where learnt styles lie, if not there."
    )
    ranks: int | None = Field(default=None, description="MPI ranks; one per usable core if unset.")
    deadline_seconds: float = Field(description="A job that takes longer is ended.")

    def create_resource(self, context: dg.InitResourceContext) -> StyleLauncher[Any]:
        return LocalMpiLauncher(
            self.store_url, self.learnt_url, self.ranks, deadline=self.deadline_seconds
        )


class AzureMlLauncherResource(dg.ConfigurableResource[StyleLauncher[Any]]):
    """Runs style jobs on an Azure ML cluster; assets get the launcher itself.

    Azure's SDK is loaded when a run starts, not when definitions are.
    """

    store_url: str = Field(description="The store that the ranks read and write.")
    deadline_seconds: float = Field(description="A job that takes longer is cancelled.")
    azure: dict[str, Any] = Field(description="The fields of AzureSettings.")

    def create_resource(self, context: dg.InitResourceContext) -> StyleLauncher[Any]:
        from style_pipeline.launchers.azure_ml import AzureMlLauncher

        settings = AzureSettings(**self.azure)
        return AzureMlLauncher(self.store_url, settings, self.deadline_seconds)


class WebhookResource(dg.ConfigurableResource[Webhook]):
    """Where alerts go; the address is read from the environment, since it is a secret."""

    def create_resource(self, context: dg.InitResourceContext) -> Webhook:
        return Webhook(os.environ.get(ALERT_URL, ""))


class TelemetryResource(dg.ConfigurableResource[Telemetry]):
    """Where traces go; a secret, or a file, that the environment names."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Telemetry]:
        with open_telemetry(os.environ) as telemetry:
            yield telemetry


class ScratchResource(dg.ConfigurableResource[Scratch]):
    """A temporary folder per run, holding the one download of its source."""

    folder: str = Field(description="Where temporary files go; one sub-folder per run.")
    store_url: str = Field(description="The store that sources are downloaded from.")
    upload: dict[str, Any] = Field(description="The fields of UploadLimits.")
    ffmpeg: dict[str, Any] = Field(description="The fields of Limits: what FFmpeg may use.")

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Scratch]:
        if context.instance is None or context.run is None:
            raise ConfigurationError("a scratch folder belongs to a run; materialise the asset")
        store = open_store(self.store_url)
        run_id, entrance = context.run.run_id, door(UploadLimits(**self.upload), context.instance)
        with (
            ffmpeg.limited(Limits(**self.ffmpeg)),
            opened(Path(self.folder), store, context.instance, run_id, entrance) as scratch,
        ):
            yield scratch


class Recipe(dg.ConfigurableResource["Recipe"]):
    """What determines the pictures, besides the video and the painting."""

    shard_frames: int = Field(default=24, description="Frames per shard, the unit of resumption.")
    frame_format: str = Field(default="video", description="video (lossless), or png images.")
    output: str = Field(default=USUAL, description="Kind of result, by its preset's name.")
    crf: int | None = Field(default=None, description="Quality of the result; the preset's own.")
    bit_rate: int | None = Field(default=None, description="Bits per second instead.")
    policies: dict[str, str] = Field(default={}, description="The fields of Policies.")
    threads_per_rank: int = Field(
        default=1, description="Threads of PyTorch in each rank; our own kernels work in one."
    )

    engine: str = Field(
        default="auto", description="How the network is computed; auto is what fits this machine."
    )

    def frame_settings(self) -> FrameSettings:
        """How frames are taken; raises ConfigurationError for an unknown format."""
        if self.frame_format not in get_args(FrameFormat):
            known = " or ".join(get_args(FrameFormat))
            raise ConfigurationError(f"frame_format is {self.frame_format!r}; write {known}")
        frame_format = cast(FrameFormat, self.frame_format)
        return FrameSettings(
            shard_frames=self.shard_frames,
            frame_format=frame_format,
            policies=Policies(**self.policies),
            upright=not self.container().turns,
        )

    def preset(self) -> OutputPreset:
        """What the result is to be; raises ConfigurationError where there is no such thing."""
        return choose(self.output, self.crf, self.bit_rate)

    def container(self) -> Container:
        """What the result lies in."""
        return CONTAINERS[self.preset().container]


def studio_of(settings: Settings) -> Studio:
    """What this installation can learn styles with."""
    return Studio(
        trunk=None if settings.trunk is None else str(settings.trunk),
        photographs=None if settings.photographs is None else str(settings.photographs),
        steps=settings.lesson_steps,
    )


def embedded_resources(settings: Settings) -> dict[str, Any]:
    """The resources of an installation, by the names that assets ask for."""
    url, ceiling = settings.store_url, Ceiling(settings.daily_cost)
    return {
        "store": StoreResource(url=url, learnt_url=settings.learnt_url),
        "launcher": _launcher(settings),
        "studio": studio_of(settings),
        "webhook": WebhookResource(),
        "telemetry": TelemetryResource(),
        "intake_rules": Rules(settings.upload, settings.queue_url is not None, ceiling),
        "ceiling": ceiling,
        **({"queue": QueueResource(url=settings.queue_url)} if settings.queue_url else {}),
        "scratch": ScratchResource(
            folder=str(settings.scratch),
            store_url=url,
            upload=asdict(settings.upload),
            ffmpeg=asdict(settings.ffmpeg),
        ),
        "recipe": Recipe(
            shard_frames=settings.shard_frames,
            frame_format=settings.frame_format,
            output=settings.output,
            crf=settings.crf,
            bit_rate=settings.bit_rate,
            policies=asdict(Policies.of(settings)),
            threads_per_rank=settings.threads_per_rank,
            engine=_engine(settings),
        ),
    }


def _engine(settings: Settings) -> str:
    """Where a cluster paints, this machine's CPU says nothing about it."""
    on_a_cluster = settings.azure is not None and settings.engine == "auto"
    return engine.TORCH_FLOAT16 if on_a_cluster else settings.engine


def _launcher(settings: Settings) -> dg.ConfigurableResource[StyleLauncher[Any]]:
    url, deadline = settings.store_url, settings.deadline_seconds
    if settings.azure is None:
        return LauncherResource(
            store_url=url,
            learnt_url=settings.learnt_url,
            ranks=settings.ranks,
            deadline_seconds=deadline,
        )
    # Dagster's maps hold no None: what is unset keeps its default.
    azure = {name: value for name, value in asdict(settings.azure).items() if value is not None}
    return AzureMlLauncherResource(store_url=url, deadline_seconds=deadline, azure=azure)
