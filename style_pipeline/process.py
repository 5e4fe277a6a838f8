"""The one place that starts processes: no shell, no standard input, limits, nothing left behind.

Every process leads a session of its own, so that it can be ended together with all that it
started. Where util-linux is installed, ``prlimit`` sets the limits and ``setpriv`` makes the
kernel end the process when the thread that started it dies, even by SIGKILL.
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from style_pipeline import cancellation
from style_pipeline.capture import Capture
from style_pipeline.errors import OutputFlood, ProcessTimeout, ProgramMissing

STDERR_BYTES = 64 * 1024
"""How much of the end of a finished program's stderr is kept."""

_GRACE_SECONDS = 3.0
_NEEDED = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
_LINE_BYTES = 64 * 1024

_REMEDIES = {
    "ffmpeg": "install it with: apt-get install ffmpeg",
    "ffprobe": "it comes with ffmpeg: apt-get install ffmpeg",
    "mpiexec": "install the project's requirements, of which mpich is one: make setup",
}


@dataclass(frozen=True)
class Limits:
    """What one process may use; None means no limit.

    ``seconds`` is wall-clock time and holds for the whole process group, as does ``output_bytes``,
    what it may write to stdout; the others are the kernel's per-process limits: address space, size
    of any file written, processor time.
    """

    seconds: float | None = 600
    memory_bytes: int | None = None
    file_bytes: int | None = None
    cpu_seconds: int | None = None
    output_bytes: int | None = 64 << 20


@dataclass(frozen=True)
class Finished:
    """A process that ended by itself; ``returncode`` is negative where a signal ended it."""

    argv: tuple[str, ...]
    returncode: int
    stdout: bytes
    stderr: str
    seconds: float


def run(
    argv: Sequence[str],
    *,
    limits: Limits = Limits(),
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run ``argv`` to its end; a failing return code is returned, not raised.

    Raises ProgramMissing where ``argv[0]`` is not installed, ProcessTimeout past
    ``limits.seconds``, OutputFlood past ``limits.output_bytes`` and Cancelled where the block that
    this thread works for is left. Whatever is raised, the whole process group is dead by then.
    """
    started = time.monotonic()
    name = Path(argv[0]).name
    process = _start(argv, limits, cwd, env, stderr=subprocess.PIPE)
    end = partial(_end_group, process, grace=0)
    try:
        stdout = Capture(process.stdout, limits.output_bytes, end)
        stderr = Capture(process.stderr, STDERR_BYTES)
        with cancellation.when_cancelled(end):
            process.wait(limits.seconds)
    except subprocess.TimeoutExpired as error:
        raise ProcessTimeout(
            f"{name} was ended after its limit of {limits.seconds:g} s; try a shorter video, "
            "or a machine with less to do"
        ) from error
    finally:
        end()
    stdout.join(_GRACE_SECONDS)
    stderr.join(_GRACE_SECONDS)
    if stdout.flooded:
        raise OutputFlood(f"{name} was ended: it wrote more than {limits.output_bytes:,} bytes")
    said = stderr.content.decode("utf-8", "replace")
    seconds = time.monotonic() - started
    return Finished(tuple(argv), process.returncode, stdout.content, said, seconds)


def bare_environment() -> dict[str, str]:
    """What a program needs to start at all, and is given where nothing else is said: nothing that
    could steer it, or that it could tell.
    """
    return {name: os.environ[name] for name in _NEEDED if name in os.environ}


class Running:
    """A process that is still at work; made by :func:`running`."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """The process's id, which is its group's and its session's id too."""
        return self._process.pid

    def poll(self) -> int | None:
        """The return code, or None while the process runs."""
        return self._process.poll()

    def wait(self, seconds: float | None = None) -> int | None:
        """The return code, or None where the process still runs after ``seconds``."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


@contextmanager
def running(
    argv: Sequence[str],
    *,
    on_line: Callable[[str], None],
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Iterator[Running]:
    """A long-lived process, for as long as the block lasts.

    Every line of its stdout and stderr goes to ``on_line``, in a thread of its own. Leaving the
    block, in whatever way, ends the whole process group: SIGTERM, a short grace, SIGKILL. All
    lines have been delivered by then. What ``on_line`` raises is raised again at the block's end.
    Raises ProgramMissing where ``argv[0]`` is not installed.
    """
    process = _start(argv, Limits(seconds=None), cwd, env, stderr=subprocess.STDOUT)
    reader = _LineReader(process, on_line)
    reader.start()
    try:
        yield Running(process)
    finally:
        _end_group(process, grace=_GRACE_SECONDS)
        reader.join(_GRACE_SECONDS)
    if reader.failure is not None:
        raise reader.failure


class _LineReader(threading.Thread):
    """Hands lines on; keeps reading after a failure, since a full pipe would stop the process."""

    def __init__(self, process: "subprocess.Popen[bytes]", on_line: Callable[[str], None]) -> None:
        super().__init__(name=f"lines of {process.pid}", daemon=True)
        if process.stdout is None:  # pragma: no cover - _start always makes the pipe
            raise ValueError("the process has no pipe to read from")
        self._stream: IO[bytes] = process.stdout
        self._on_line = on_line
        self.failure: BaseException | None = None

    def run(self) -> None:
        with self._stream:
            while line := self._stream.readline(_LINE_BYTES):
                self._deliver(line.decode("utf-8", "replace").rstrip("\r\n"))

    def _deliver(self, line: str) -> None:
        if self.failure is not None:
            return
        try:
            self._on_line(line)
        except BaseException as error:  # noqa: BLE001 - raised again where the block ends
            self.failure = error


def _start(
    argv: Sequence[str],
    limits: Limits,
    cwd: Path | None,
    env: Mapping[str, str] | None,
    *,
    stderr: int,
) -> "subprocess.Popen[bytes]":
    program = _find(argv[0], env)
    return subprocess.Popen(  # noqa: S603 - an argument list, from our own code only
        [*_guards(limits), program, *argv[1:]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        cwd=cwd,
        env=bare_environment() if env is None else env,
        start_new_session=True,
    )


def _find(program: str, env: Mapping[str, str] | None) -> str:
    path = None if env is None else env.get("PATH")
    found = shutil.which(program, path=path)
    if found is None:
        name = Path(program).name
        remedy = _REMEDIES.get(name, "install it, or add its folder to PATH")
        raise ProgramMissing(f"the program {name} is missing on this machine; {remedy}")
    return found


def _guards(limits: Limits) -> list[str]:
    """The programs that set limits, then become the program itself (both use exec)."""
    setpriv, prlimit = shutil.which("setpriv"), shutil.which("prlimit")
    caps = [
        f"--{name}={value}"
        for name, value in (
            ("as", limits.memory_bytes),
            ("fsize", limits.file_bytes),
            # Past the first number comes SIGXCPU, which can be told apart; past the other, SIGKILL.
            ("cpu", limits.cpu_seconds and f"{limits.cpu_seconds}:{limits.cpu_seconds + 5}"),
            ("core", 0),
        )
        if value is not None
    ]
    ends_with_us = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
    return ends_with_us + ([prlimit, *caps] if prlimit else [])


def _end_group(process: "subprocess.Popen[bytes]", *, grace: float) -> None:
    """End and reap ``process``; what it started and left behind is ended too."""
    if process.poll() is None and grace:
        _signal_group(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    # A group outlives its leader for as long as it has members, and so does its number.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
