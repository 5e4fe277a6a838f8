"""Everything done for one task in one Dagster run: find its job, submit, follow, try again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Generic

from dagster import (
    AssetExecutionContext,
    OpExecutionContext,
    PipesEnvContextInjector,
    open_pipes_session,
)

from style_pipeline import layout
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.errors import ClusterError, StyleJobError, StylePipelineError
from style_pipeline.launchers.azure_ml.aftermath import Cause, cause_of, show_logs
from style_pipeline.launchers.azure_ml.command import Order, command_job
from style_pipeline.launchers.azure_ml.inbox import Inbox
from style_pipeline.launchers.azure_ml.naming import job_names
from style_pipeline.launchers.azure_ml.snapshot import package_snapshot
from style_pipeline.launchers.azure_ml.states import State
from style_pipeline.launchers.azure_ml.tasks import Report, Task
from style_pipeline.launchers.azure_ml.watch import Watch
from style_pipeline.launchers.azure_ml.workspace import Sighting
from style_pipeline.launchers.listener import Listener
from style_pipeline.launchers.verdict import announce, last_words
from style_pipeline.messages import read_failure
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store

_LISTEN_SECONDS = 2.0
_CANCEL_SECONDS = 60.0


@dataclass(frozen=True)
class Effort(Generic[Report]):
    """One run's work at one task; ``watch`` is how its jobs are followed."""

    context: AssetExecutionContext | OpExecutionContext
    settings: AzureSettings
    store: MediaStore
    task: Task[Report]
    watch: Watch

    def succeed(self) -> Report:
        """The report of the job that completed; raises what the last one ended with."""
        preemptions = 0
        for name, found in self._attempts():
            ended, listener = self._attend(name, submit=not found)
            if ended.state is State.COMPLETED:
                return self._conclude(ended, listener)
            if found and ended.state is State.CANCELED:
                continue  # somebody else's run gave it up; this one did not
            cause = self._cause(ended, listener)
            preemptions += 1
            if not cause.preempted or preemptions > self.settings.preemptions:
                raise StyleJobError(cause.text, cause.logs)
            self.context.log.warning(f"{cause.text}; what is missing is submitted again now")
        raise AssertionError("there is always a next name")  # pragma: no cover

    def _attempts(self) -> Iterator[tuple[str, bool]]:
        """The job to attend to, and whether it exists already; the next one whenever asked."""
        for name in job_names(self.task.stem, self.store.url):
            seen = self.watch.look(name)
            if seen is None:
                yield name, False
            elif not seen.state.over or self._is_done(seen):
                self.context.log.info(f"Azure ML job {name} exists already; attending to it")
                yield name, True

    def _is_done(self, seen: Sighting) -> bool:
        """Whether an earlier job did all, and nothing has happened to it since."""
        return seen.state is State.COMPLETED and self.task.is_done()

    def _attend(self, name: str, *, submit: bool) -> tuple[Sighting, Listener]:
        """Follow the job ``name`` to its end, after submitting it if need be."""
        log, clock = self.context.log, self.watch.patience.clock
        listener = Listener(log)
        mail = open_store(self.settings.operations_url)
        inbox = Inbox(mail, layout.messages_prefix(name), _LISTEN_SECONDS, log)
        try:
            with open_pipes_session(
                context=self.context,
                context_injector=PipesEnvContextInjector(),
                message_reader=inbox,
            ) as session:
                if submit:
                    self._submit(name, session.get_bootstrap_env_vars())
                ended = self.watch.follow(
                    name, lambda: listener.messages(session.get_custom_messages(), clock())
                )
        except BaseException:
            self._cancel(name)
            raise
        # Closing the session has read the last messages.
        listener.messages(session.get_custom_messages(), clock())
        return ended, listener

    def _submit(self, name: str, pipes: Mapping[str, str]) -> None:
        announce(self.store, self.task.work)
        size = self.task.size(self.settings.nodes, self.settings.gpus_per_node)
        order = Order(name, size, self.watch.seconds_left(), {**self._origin(), **self.task.tags})
        self.context.log.info(
            f"submitting Azure ML job {name}: {size.left} on {size.nodes} of at most "
            f"{self.settings.nodes} nodes"
        )
        with package_snapshot() as code:
            command = command_job(order, self.task, self.store.url, self.settings, code, pipes)
            self.watch.patience.ask(lambda: self.watch.workspace.submit(command))

    def _origin(self) -> dict[str, str]:
        """What leads from the job in Azure ML back to Dagster."""
        run = self.context.run
        return {
            "dagster_run_id": run.run_id,
            "dagster_root_run_id": run.root_run_id or run.run_id,
        }

    def _cancel(self, name: str) -> None:
        """Cancelling must not hide what it is done for: its own failure is only logged."""
        patience = replace(self.watch.patience, seconds=_CANCEL_SECONDS)
        self.context.log.info(f"cancelling Azure ML job {name}")
        try:
            patience.ask(lambda: self.watch.workspace.cancel(name))
        except StylePipelineError as error:
            self.context.log.warning(f"{error}; the job may go on: cancel {name} in Azure ML")

    def _conclude(self, ended: Sighting, listener: Listener) -> Report:
        try:
            return self.task.conclude(listener, self.watch.bill)
        except StyleJobError as error:
            error.logs = show_logs(self.watch.workspace, ended.name, self.context.log)
            raise

    def _cause(self, ended: Sighting, listener: Listener) -> Cause:
        if ended.state is State.CANCELED:
            return Cause(
                f"Azure ML job {ended.name} was cancelled, by hand or by its time limit; finished "
                "shards are kept: run it again"
            )
        logs = show_logs(self.watch.workspace, ended.name, self.context.log)
        told = (read_failure(line) for line in last_words(self.store, self.task.work))
        said = next((failure for failure in told if failure), None)
        try:
            reason = self.watch.patience.ask(lambda: self.watch.workspace.why_failed(ended.name))
        except ClusterError as error:
            reason = str(error)
        return replace(cause_of(ended.name, reason, said), logs=logs)
