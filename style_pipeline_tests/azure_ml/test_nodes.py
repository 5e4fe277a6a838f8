"""Simulated nodes are apart: other folders, other sessions, and the death of one is its own."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from style_pipeline_tests.azure_ml.nodes import working_nodes

WHO = """
import os, sys, time
from mpi4py import MPI
world = MPI.COMM_WORLD
near = world.Split_type(MPI.COMM_TYPE_SHARED)
print(world.rank, world.size, near.rank, near.size, os.getcwd(), os.getpid(), flush=True)
world.Barrier()
time.sleep(float(sys.argv[1]))
"""


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "who.py").write_text(WHO)
    (tmp_path / "logs").mkdir()
    return tmp_path / "code"


def said(logs: Path) -> list[list[str]]:
    """What each rank said of itself, in rank order, once all have."""
    files = [logs / f"std_log_process_{rank:02d}.txt" for rank in range(4)]
    wait_for(lambda: all(file.exists() and file.read_text().endswith("\n") for file in files))
    return [file.read_text().split() for file in files]


def alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_killing_a_node_kills_it_and_leaving_kills_all(tmp_path: Path, code: Path) -> None:
    environ = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command, logs = "python -m mpi4py who.py 60", tmp_path / "logs"
    folder = tmp_path / "nodes"
    with working_nodes(folder, 2, 2, command, code, logs, environ, lambda line: None) as nodes:
        ranks = said(logs)
        assert [rank[:4] for rank in ranks] == [
            ["0", "4", "0", "2"],
            ["1", "4", "1", "2"],
            ["2", "4", "0", "2"],
            ["3", "4", "1", "2"],
        ]
        assert {rank[4] for rank in ranks} == {str(folder / f"node-{n}" / "code") for n in (0, 1)}
        pids = [rank[5] for rank in ranks]
        assert all(map(alive, pids))
        nodes.kill(1)
        wait_for(lambda: not alive(pids[2]) and not alive(pids[3]))
    # A signal is delivered when the system comes to it.
    wait_for(lambda: not any(map(alive, pids)))
