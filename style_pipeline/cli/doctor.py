"""What this machine lacks, and what to type about it."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

from style_pipeline import process
from style_pipeline.errors import StylePipelineError
from style_pipeline.media import sandbox
from style_pipeline.settings import Settings
from style_pipeline.stores import open_store
from style_pipeline.style import catalogue, engine

_ENCODERS = ("libx264", "ffv1", "png")
_ROOM_BYTES = 2 * 2**30
_PROBE_KEY = "work/doctor/probe"
_INSTALL = "install it: sudo apt-get update && sudo apt-get install"


class State(Enum):
    """``WARNING`` works, but slower or not for long; ``MISSING`` cannot work."""

    OK = "ok"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One thing looked at; ``remedy`` is empty where nothing is to be done."""

    subject: str
    state: State
    detail: str
    remedy: str = ""


def examine(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at everything that a run needs; raises nothing of its own."""
    yield python()
    yield ffmpeg("ffmpeg", environ)
    yield ffmpeg("ffprobe", environ)
    yield encoders(environ)
    yield room_for_ffmpeg(environ)
    yield mpi()
    yield packages()
    yield compiler(environ)
    yield styles()
    yield store(settings)
    yield room(settings)


def python() -> Finding:
    """The interpreter's version and the cores that it may use."""
    version = ".".join(map(str, sys.version_info[:3]))
    cores = len(os.sched_getaffinity(0))
    detail = f"{version}, {cores} usable core{'s' if cores > 1 else ''}"
    return Finding("python", State.OK, detail)


def ffmpeg(program: str, environ: Mapping[str, str]) -> Finding:
    """Whether FFmpeg's program answers, and its version."""
    try:
        banner = process.run([program, "-version"], env=environ).stdout.decode("utf-8", "replace")
    except StylePipelineError:
        return Finding(program, State.MISSING, "not installed", f"{_INSTALL} ffmpeg")
    return Finding(program, State.OK, " ".join(banner.split()[2:3]))


def encoders(environ: Mapping[str, str]) -> Finding:
    """The encoders that frames and results are written with."""
    try:
        listing = process.run(["ffmpeg", "-hide_banner", "-encoders"], env=environ).stdout
    except StylePipelineError:
        return Finding("encoders", State.MISSING, "no ffmpeg to ask", f"{_INSTALL} ffmpeg")
    present = set(listing.decode("utf-8", "replace").split())
    absent = [name for name in _ENCODERS if name not in present]
    if absent:
        remedy = "install an FFmpeg built with them; Debian's and Ubuntu's package is"
        return Finding("encoders", State.MISSING, f"without {', '.join(absent)}", remedy)
    return Finding("encoders", State.OK, ", ".join(_ENCODERS))


def room_for_ffmpeg(environ: Mapping[str, str]) -> Finding:
    """How far FFmpeg can be locked in while it reads strangers' files; it runs in any case."""
    program = shutil.which("ffmpeg", path=environ.get("PATH"))
    if program is None:
        return Finding("sandbox", State.WARNING, "no ffmpeg to lock in")
    absent = [name for name in ("prlimit", "setpriv") if not shutil.which(name)]
    if absent:
        detail = f"without {', '.join(absent)}: FFmpeg's use of memory and disk has no limit"
        return Finding("sandbox", State.WARNING, detail, f"{_INSTALL} util-linux")
    reason = sandbox.fault(program)
    if reason is not None:
        detail = f"without a room of its own for FFmpeg, its other locks hold: {reason}"
        remedy = f"{_INSTALL} bubblewrap, and let it make user namespaces"
        return Finding("sandbox", State.WARNING, detail, remedy)
    return Finding("sandbox", State.OK, "bubblewrap, prlimit, setpriv")


def mpi() -> Finding:
    """The ``mpiexec`` that lies beside the interpreter."""
    program = Path(sys.executable).with_name("mpiexec")
    if not program.exists():
        return Finding("mpiexec", State.MISSING, "not installed", "pip install mpich")
    return Finding("mpiexec", State.OK, str(program))


def packages() -> Finding:
    """The packages that only the worker loads, found but not imported."""
    absent = [name for name in ("torch", "mpi4py", "av", "numpy") if find_spec(name) is None]
    if absent:
        remedy = f"pip install -c constraints.txt {' '.join(absent)}"
        return Finding("packages", State.MISSING, f"without {', '.join(absent)}", remedy)
    return Finding("packages", State.OK, "torch, mpi4py, av, numpy")


def compiler(environ: Mapping[str, str]) -> Finding:
    """A C++ compiler, with which the network paints several times faster."""
    if found := engine.find_compiler(environ):
        return Finding(
            "c++ compiler", State.OK, f"{found}; engine {engine.choose('auto', environ)}"
        )
    detail = "not installed; the network runs in PyTorch alone, several times slower"
    return Finding("c++ compiler", State.WARNING, detail, f"{_INSTALL} g++")


def styles() -> Finding:
    """The shipped checkpoint: present, and the file that its card describes."""
    try:
        card = catalogue.shipped_card()
        digest = hashlib.sha256(catalogue.shipped_checkpoint().read_bytes()).hexdigest()
    except (StylePipelineError, OSError) as error:
        return Finding("styles", State.MISSING, str(error), "install the package again: make setup")
    if digest != card.sha256:
        detail = "the checkpoint is not the file that its card describes"
        return Finding("styles", State.MISSING, detail, "install the package again: make setup")
    return Finding("styles", State.OK, ", ".join(card.names))


def store(settings: Settings) -> Finding:
    """Whether the media store can be written, by writing to it."""
    try:
        media = open_store(settings.store_url)
        media.upload(b"", _PROBE_KEY)
        media.delete(_PROBE_KEY)
    except StylePipelineError as error:
        # A store elsewhere names its own remedy.
        local = settings.store_folder is not None
        remedy = "set STYLE_PIPELINE_HOME to a folder that you may write to" if local else ""
        return Finding("store", State.MISSING, str(error), remedy)
    return Finding("store", State.OK, settings.store_url)


def room(settings: Settings) -> Finding:
    """Free space where frames and results will lie."""
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 2**30:.1f} GiB free in {folder}"
    if free < _ROOM_BYTES:
        remedy = "make room, or set STYLE_PIPELINE_HOME to a larger disk (2 GiB at least)"
        return Finding("disk", State.WARNING, detail, remedy)
    return Finding("disk", State.OK, detail)
