"""How much of this machine's memory one rank may take for a frame."""

import resource
from collections.abc import Mapping
from pathlib import Path

from style_pipeline.variables import Reader

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")
_MEBIBYTE = 2**20
_SHARE_FOR_FRAMES = 0.6


def frame_budget(environ: Mapping[str, str], neighbours: int) -> int | None:
    """Bytes for one frame on each of the ``neighbours`` ranks of this machine; None if unknown.

    What is free now, shared evenly, less what decoders, encoders and queues need. The variable
    ``STYLE_PIPELINE_FRAME_MEMORY_MB`` says it instead. Raises ConfigurationError for no number.
    """
    wanted = Reader(environ, "STYLE_PIPELINE_").number("FRAME_MEMORY_MB", int, 1, 2**20, None)
    if wanted is not None:
        return wanted * _MEBIBYTE
    free = free_bytes()
    return None if free is None else int(free * _SHARE_FOR_FRAMES / neighbours)


def peak_memory() -> int:
    """The most memory that this process has held at a time, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def free_bytes(meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP) -> int | None:
    """Memory that may still be used: the machine's, or the container's where that is less."""
    known = [free for free in (_on_machine(meminfo), _in_container(cgroup)) if free is not None]
    return min(known, default=None)


def _on_machine(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            return int(rest.split()[0]) * 1024
    return None


def _in_container(cgroup: Path) -> int | None:
    try:
        limit = (cgroup / "memory.max").read_text().strip()
        used = int((cgroup / "memory.current").read_text())
    except (OSError, ValueError):
        return None
    return None if limit == "max" else max(0, int(limit) - used)
