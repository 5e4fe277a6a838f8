"""Simulated nodes: real ranks under a real ``mpiexec``, each node a session with its own folder.

MPICH starts its helper on every node by "ssh"; ours is ``reach.sh``, which starts it on this
machine instead. For the ranks the nodes are different hosts: they share no memory and talk over
TCP, each node has its own copy of the code, and killing one node kills no process of another.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from style_pipeline import process

_HERE = Path(__file__).parent
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Nodes:
    """Nodes at work on one command; all that they know lies in ``folder``."""

    folder: Path
    number: int
    running: process.Running

    def kill(self, node: int) -> None:
        """What a preemption does: no process of the node has a last word."""
        self._signal(node, signal.SIGKILL)

    def freeze(self, node: int) -> None:
        """Its heartbeat is lost: the node is there and does nothing."""
        self._signal(node, signal.SIGSTOP)

    def thaw(self, node: int) -> None:
        """It goes on as if nothing had been."""
        self._signal(node, signal.SIGCONT)

    def _signal(self, node: int, number: signal.Signals) -> None:
        for session in self._sessions(node):
            for pid in _members(session):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)

    def _sessions(self, node: int) -> set[int]:
        record = self.folder / f"node-{node}.sessions"
        return set(map(int, record.read_text().split())) if record.exists() else set()


@contextmanager
def working_nodes(
    folder: Path,
    number: int,
    per_node: int,
    command: str,
    code: Path,
    logs: Path,
    environ: Mapping[str, str],
    on_line: Callable[[str], None],
) -> Iterator[Nodes]:
    """Run ``command`` on every rank of so many nodes; no process outlives the block."""
    for node in range(number):
        home = folder / f"node-{node}"
        shutil.copytree(code, home / "code")
    argv = _mpiexec(number, per_node, command, logs)
    env = {**environ, "NODES": str(folder), "FI_PROVIDER": "tcp", "FI_TCP_IFACE": "lo"}
    with process.running(argv, on_line=on_line, env=env, cwd=folder) as running:
        nodes = Nodes(folder, number, running)
        try:
            yield nodes
        finally:
            for node in range(number):
                nodes.kill(node)


def _mpiexec(number: int, per_node: int, command: str, logs: Path) -> list[str]:
    hosts = ",".join(f"node-{node}:{per_node}" for node in range(number))
    launcher = ["-launcher", "ssh", "-launcher-exec", str(_HERE / "reach.sh"), "-iface", "lo"]
    size = ["-hosts", hosts, "-n", str(number * per_node)]
    rank = [sys.executable, str(_HERE / "rank.py"), str(logs), str(per_node), command]
    return [str(_BIN / "mpiexec"), *launcher, *size, *rank]


def _members(session: int) -> list[int]:
    """Processes of a session, by what the kernel says of each process."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if os.getsid(int(entry.name)) == session:
                found.append(int(entry.name))
    return found
