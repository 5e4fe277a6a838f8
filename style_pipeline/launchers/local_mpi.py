"""The MPI job on this machine: ``mpiexec`` from the mpich wheel, heard over Dagster Pipes."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue

from dagster import (
    AssetExecutionContext,
    OpExecutionContext,
    PipesEnvContextInjector,
    PipesSession,
    PipesTempFileMessageReader,
    open_pipes_session,
)

from style_pipeline import layout, process
from style_pipeline.errors import ConfigurationError, StyleJobError, StyleJobTimeout
from style_pipeline.job import StyleJob
from style_pipeline.launchers.environment import rank_environment
from style_pipeline.launchers.listener import Listener
from style_pipeline.launchers.verdict import announce, conclude, last_words
from style_pipeline.manifest import FrameManifest, StyleReport
from style_pipeline.stores import open_store

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class LocalMpiLauncher:
    """Runs style jobs with ``mpiexec`` on this machine; see :class:`StyleLauncher`.

    ``ranks`` defaults to the cores that this process may use, but no more than there are shards.
    ``deadline`` is in seconds; past it, the job is ended. ``environ`` is what the ranks inherit.
    """

    store_url: str
    ranks: int | None = None
    deadline: float | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    def __post_init__(self) -> None:
        if self.ranks is not None and self.ranks < 1:
            raise ConfigurationError(f"a job needs at least 1 rank, not {self.ranks}")
        if self.deadline is not None and self.deadline <= 0:
            raise ConfigurationError(f"a deadline of {self.deadline:g} s leaves no time to work")

    def run(
        self,
        context: AssetExecutionContext | OpExecutionContext,
        job: StyleJob,
        manifest: FrameManifest,
    ) -> StyleReport:
        """Run ``job`` to its end; shards finished by an earlier attempt are not done again.

        Raises StyleJobError with the cause, after the ranks' output went to ``context.log``, and
        StyleJobTimeout past the deadline. However this is left, no rank lives on.
        """
        store = open_store(self.store_url)
        announce(store, job)
        listener = Listener(context.log)
        with open_pipes_session(
            context=context,
            context_injector=PipesEnvContextInjector(),
            message_reader=PipesTempFileMessageReader(),
        ) as session:
            code = self._attend(session, listener, self._command(job, manifest), job)
        # Closing the session has read the last messages.
        listener.messages(session.get_custom_messages(), self.clock())
        if code != 0:
            if listener.failure is None:
                for line in last_words(store, job):
                    listener.line(line)
            raise StyleJobError(_explain(code, listener.failure))
        return conclude(store, job, manifest, listener.report)

    def _command(self, job: StyleJob, manifest: FrameManifest) -> list[str]:
        cores = len(os.sched_getaffinity(0)) // job.threads_per_rank
        ranks = self.ranks or max(1, min(cores, len(manifest.shards)))
        python = sys.executable
        worker = ["-m", "mpi4py", "-m", "style_pipeline.worker"]
        arguments = ["--store", self.store_url, "--job", layout.job_key(job.prefix)]
        return [_mpiexec(), "-prepend-rank", "-n", str(ranks), python, *worker, *arguments]

    def _attend(
        self, session: PipesSession, listener: Listener, command: list[str], job: StyleJob
    ) -> int:
        """Wait for the job and listen to it; its return code."""
        pipes = session.get_bootstrap_env_vars()
        env = rank_environment(self.environ, job.threads_per_rank, pipes)
        lines: SimpleQueue[str] = SimpleQueue()
        started = self.clock()
        try:
            with process.running(command, env=env, on_line=lines.put) as running:
                while (code := running.wait(_LOOK_SECONDS)) is None:
                    _drain(lines, listener)
                    listener.messages(session.get_custom_messages(), self.clock())
                    self._check_deadline(started)
                return code
        finally:
            _drain(lines, listener)

    def _check_deadline(self, started: float) -> None:
        if self.deadline is not None and self.clock() - started > self.deadline:
            raise StyleJobTimeout(
                f"the style job was ended after its deadline of {self.deadline:g} s; finished "
                "shards are kept: run it again, with a longer deadline or more ranks"
            )


def _mpiexec() -> str:
    """The mpich wheel's, beside this interpreter, before any other on the PATH."""
    beside = Path(sys.executable).with_name("mpiexec")
    return str(beside) if beside.exists() else "mpiexec"


def _drain(lines: "SimpleQueue[str]", listener: Listener) -> None:
    while True:
        try:
            listener.line(lines.get_nowait())
        except Empty:
            return


def _explain(code: int, failure: str | None) -> str:
    if failure is not None:
        return f"the style job failed on {failure}"
    return (
        f"the style job ended with code {code} and no rank said why: it was killed, perhaps for "
        "want of memory; finished shards are kept: run it again, with fewer ranks if need be"
    )
