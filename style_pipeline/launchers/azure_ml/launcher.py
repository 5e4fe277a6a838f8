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
from style_pipeline.launchers.azure_ml.watch import Watch
from style_pipeline.launchers.azure_ml.workspace import Workspace
from style_pipeline.manifest import FrameManifest, StyleReport
from style_pipeline.stores import open_store


@dataclass(frozen=True)
class AzureMlLauncher:
    """Runs style jobs on an Azure ML cluster; see :class:`style_pipeline.job.StyleLauncher`.

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
        bill = Bill(self.settings.price_per_node_hour)
        pause = self.settings.poll_seconds
        patience = Patience(
            self.settings.patience_seconds, pause, self.clock, self.sleep, context.log
        )
        workspace = Workspace(self.settings)
        until = self.clock() + self.deadline
        watch = Watch(workspace, patience, bill, context.log, pause, until, self.deadline)
        store = open_store(self.store_url)
        return Effort(context, self.settings, store, job, manifest, watch).succeed()
