"""MPI jobs on this machine: ``mpiexec`` from the mpich wheel, heard over Dagster Pipes."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from style_pipeline.launchers.verdict import (
    Work,
    announce,
    conclude,
    conclude_lesson,
    last_words,
)
from style_pipeline.lesson import Lesson, LessonReport
from style_pipeline.manifest import FrameManifest, StyleReport
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_whole
from style_pipeline.worker.arguments import arguments_for

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class LocalMpiLauncher:
    """Runs style jobs and lessons with ``mpiexec`` on this machine.

    See :class:`~style_pipeline.job.StyleLauncher`, :class:`~style_pipeline.lesson.LessonLauncher`.
    ``learnt_url`` is where learnt styles lie, if not in the store. ``ranks`` defaults
    to the cores that this process may use, but no more than there are shards.
    ``deadline`` is in seconds; past it, the job is ended. ``environ`` is what the ranks inherit.
    """

    store_url: str
    learnt_url: str | None = None
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
        ranks = self._ranks(job, len(manifest.shards))
        argv = self._command("style_pipeline.worker", job, ranks)
        with self._heard(context, job, argv, job.threads_per_rank) as (store, listener):
            return conclude(store, job, manifest, listener.report)

    def learn(
        self, context: AssetExecutionContext | OpExecutionContext, lesson: Lesson
    ) -> LessonReport:
        """Learn to the end on all cores; raises like :meth:`run`."""
        argv = self._command("style_pipeline.worker.learn", lesson, ranks=1)
        with self._heard(context, lesson, argv, _cores()) as (store, listener):
            return conclude_lesson(store, lesson, listener.lesson_report)

    @contextmanager
    def _heard(
        self,
        context: AssetExecutionContext | OpExecutionContext,
        job: Work,
        argv: Sequence[str],
        threads: int,
    ) -> Iterator[tuple[MediaStore, Listener]]:
        """Run ``argv`` to its end; then the store, and what was heard."""
        store = open_whole(self.store_url, self.learnt_url)
        announce(store, job)
        listener = Listener(context.log)
        with open_pipes_session(
            context=context,
            context_injector=PipesEnvContextInjector(),
            message_reader=PipesTempFileMessageReader(),
        ) as session:
            pipes = session.get_bootstrap_env_vars()
            env = rank_environment(self.environ, threads, pipes)
            code = self._attend(session, listener, argv, env)
        # Closing the session has read the last messages.
        listener.messages(session.get_custom_messages(), self.clock())
        if code != 0:
            if listener.failure is None:
                for line in last_words(store, job):
                    listener.line(line)
            raise StyleJobError(_explain(code, listener.failure))
        yield store, listener

    def _ranks(self, job: StyleJob, shards: int) -> int:
        return self.ranks or max(1, min(_cores() // job.threads_per_rank, shards))

    def _command(self, module: str, job: Work, ranks: int) -> list[str]:
        worker = [sys.executable, "-m", "mpi4py", "-m", module]
        arguments = arguments_for(self.store_url, self.learnt_url, layout.job_key(job.prefix))
        return [_mpiexec(), "-prepend-rank", "-n", str(ranks), *worker, *arguments]

    def _attend(
        self,
        session: PipesSession,
        listener: Listener,
        argv: Sequence[str],
        env: Mapping[str, str],
    ) -> int:
        """Wait for the job and listen to it; its return code."""
        lines: SimpleQueue[str] = SimpleQueue()
        started = self.clock()
        try:
            with process.running(argv, env=env, on_line=lines.put) as running:
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


def _cores() -> int:
    return len(os.sched_getaffinity(0))


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
