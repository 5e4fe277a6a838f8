"""The kernels, compiled once for this machine's CPU and kept."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from style_pipeline import process
from style_pipeline.errors import StyleError
from style_pipeline.process import Limits
from style_pipeline.style.engine import cpu_flags, find_compiler

_FOLDER = Path(__file__).parent
_SOURCES, _HEADERS = (sorted(_FOLDER.glob(kind)) for kind in ("*.cpp", "*.h"))
_FLAGS = (
    *("-std=c++17", "-O3", "-march=native", "-mprefer-vector-width=512"),
    *("-fno-math-errno", "-fno-trapping-math", "-fPIC", "-shared"),
)
_LIMITS = Limits(seconds=300)


def library(folder: Path) -> Path:
    """The compiled kernels in ``folder``; the first process that needs them compiles them.

    Raises StyleError where that is impossible.
    """
    compiler = find_compiler()
    if compiler is None:
        raise StyleError(
            "there is no C++ compiler on this machine; install one (apt-get install g++), or set "
            "STYLE_PIPELINE_ENGINE=torch-float32"
        )
    target = folder / f"kernels-{_digest(compiler)}.so"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            if not target.exists():
                _compile(compiler, target)
    except OSError as error:
        raise StyleError(f"{folder} cannot keep the compiled kernels: {error.strerror}") from error
    return target


def _digest(compiler: str) -> str:
    version = process.run([compiler, "--version"]).stdout
    code = (path.read_bytes() for path in (*_SOURCES, *_HEADERS))
    parts = (*code, version, " ".join((*_FLAGS, *sorted(cpu_flags()))).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:20]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "kernels.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _compile(compiler: str, target: Path) -> None:
    unfinished = target.with_suffix(".unfinished")
    argv = [compiler, *_FLAGS, "-o", str(unfinished), *map(str, _SOURCES)]
    finished = process.run(argv, limits=_LIMITS)
    if finished.returncode != 0:
        reason = _first_error(finished.stderr) or f"code {finished.returncode}"
        raise StyleError(
            f"{compiler} could not compile the kernels ({reason}); set "
            "STYLE_PIPELINE_ENGINE=torch-float32, or install another compiler"
        )
    unfinished.rename(target)


def _first_error(said: str) -> str | None:
    """What a compiler says is wrong, without where it came from; else its first line."""
    lines = said.strip().splitlines()
    return next((line for line in lines if "error:" in line), next(iter(lines), None))
