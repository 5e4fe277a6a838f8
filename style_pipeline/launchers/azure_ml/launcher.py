"""The launcher itself: what it is set up with, and what one run of it needs."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from dagster import AssetExecutionContext, OpExecutionContext

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.errors import ConfigurationError
from style_pipeline.job import StyleJob
from style_pipeline.launchers.azure_ml.bill import Bill
from style_pipeline.launchers.azure_ml.effort import Effort
from style_pipeline.launchers.azure_ml.patience import Patience
from style_pipeline.launchers.azure_ml.tasks import Learning, Painting
from style_pipeline.launchers.azure_ml.watch import Watch
from style_pipeline.launchers.azure_ml.workspace import Workspace
from style_pipeline.lesson import Lesson, LessonReport
from style_pipeline.manifest import FrameManifest, StyleReport
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_whole, same_account


@dataclass(frozen=True)
class AzureMlLauncher:
    """Runs style jobs and lessons on an Azure ML cluster.

    See :class:`~style_pipeline.job.StyleLauncher`, :class:`~style_pipeline.lesson.LessonLauncher`.

    ``deadline`` is in seconds and counts from the start of :meth:`run`, queues included.
    ``clock`` and ``sleep`` are given by tests.
    """

    store_url: str
    settings: AzureSettings
    deadline: float = 6 * 3600.0
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def __post_init__(self) -> None:
        if self.deadline <= 0:
            raise ConfigurationError(f"a deadline of {self.deadline:g} s leaves no time to work")
        if same_account(self.store_url, self.settings.operations_url):
            raise ConfigurationError(
                "jobs would report through the account of the media, where uploaders have rights; "
                "set STYLE_PIPELINE_AZURE_OPERATIONS to a container of another account"
            )

    def run(
        self,
        context: AssetExecutionContext | OpExecutionContext,
        job: StyleJob,
        manifest: FrameManifest,
    ) -> StyleReport:
        """Run ``job`` to its end; shards finished by an earlier attempt are not done again.

        A job for the same pictures that already runs is waited for, not submitted again. The
        report's notes name the jobs in Azure ML, their pages, and what they used. Raises
        StyleJobError with the cause, StyleJobTimeout past the deadline, ClusterError where Azure
        ML refuses or stays out of reach. However this is left, no job goes on that somebody would
        have to pay for.
        """
        task = Painting(self._store(), job, manifest)
        return Effort(context, self.settings, task.store, task, self._watch(context)).succeed()

    def learn(
        self, context: AssetExecutionContext | OpExecutionContext, lesson: Lesson
    ) -> LessonReport:
        """Have ``lesson`` learnt on one node; raises like :meth:`run`."""
        task = Learning(self._store(), lesson)
        return Effort(context, self.settings, task.store, task, self._watch(context)).succeed()

    def _store(self) -> MediaStore:
        return open_whole(self.store_url, self.settings.operations_url)

    def _watch(self, context: AssetExecutionContext | OpExecutionContext) -> Watch:
        """The deadline counts from here."""
        bill = Bill(self.settings.price)
        pause = self.settings.poll_seconds
        patience = Patience(
            self.settings.patience_seconds, pause, self.clock, self.sleep, context.log
        )
        workspace = Workspace(self.settings)
        until = self.clock() + self.deadline
        return Watch(workspace, patience, bill, context.log, pause, until, self.deadline)
