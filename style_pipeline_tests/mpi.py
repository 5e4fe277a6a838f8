"""Runs the worker under mpiexec and looks at its processes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from style_pipeline import layout, process
from style_pipeline.job import StyleJob
from style_pipeline.launchers.environment import rank_environment
from style_pipeline.manifest import StyleReport
from style_pipeline.store import MediaStore

MPIEXEC = str(Path(sys.executable).with_name("mpiexec"))


@dataclass
class Work:
    """A running worker: its process, and the lines that its ranks wrote."""

    running: process.Running
    store: MediaStore
    lines: list[str] = field(default_factory=list)

    def pids(self) -> list[int]:
        """Of the ranks that are alive."""
        return worker_pids(self.store.url)


@contextmanager
def working(store: MediaStore, job: StyleJob, ranks: int) -> Iterator[Work]:
    """The worker on so many ranks, for as long as the block lasts."""
    lines: list[str] = []
    worker = [sys.executable, "-m", "mpi4py", "-m", "style_pipeline.worker"]
    arguments = ["--store", store.url, "--job", layout.job_key(job.prefix)]
    argv = [MPIEXEC, "-n", str(ranks), *worker, *arguments]
    env = rank_environment(os.environ, job.threads_per_rank, {})
    with process.running(argv, on_line=lines.append, env=env) as running:
        yield Work(running, store, lines)


def paint(store: MediaStore, job: StyleJob, ranks: int, seconds: float = 120) -> StyleReport:
    """Run the worker to its end, which must be a good one; the report it left in the store."""
    with working(store, job, ranks) as work:
        code = work.running.wait(seconds)
    assert code == 0, "\n".join(work.lines)
    return StyleReport.from_json(store.read_bytes(layout.report_key(job.prefix)))


def worker_pids(mark: str) -> list[int]:
    """Living rank processes whose command line holds ``mark``."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except (FileNotFoundError, ProcessLookupError):
            continue
        if mark.encode() in words and b"python" in words[0] and b"mpi4py" in words:
            found.append(int(entry.name))
    return sorted(found)
