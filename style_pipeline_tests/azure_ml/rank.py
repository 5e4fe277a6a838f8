"""``python rank.py LOGS RANKS_PER_NODE COMMAND``: what a node runs around each rank's command.

Standard library only: it stands for a part of Azure ML, which knows nothing of our package.
"""

import os
import sys
from pathlib import Path


def main(logs: str, per_node: int, command: str) -> None:
    """Become the command, in this node's folder, with its output in this rank's log."""
    rank, size = int(os.environ["PMI_RANK"]), int(os.environ["PMI_SIZE"])
    node, local = divmod(rank, per_node)
    nodes = Path(os.environ["NODES"])
    with (nodes / f"node-{node}.sessions").open("a") as sessions:
        sessions.write(f"{os.getsid(0)}\n")  # MPICH gives every rank one of its own
    os.chdir(nodes / f"node-{node}" / "code")
    os.environ.update(
        OMPI_COMM_WORLD_RANK=str(rank),
        OMPI_COMM_WORLD_SIZE=str(size),
        OMPI_COMM_WORLD_LOCAL_RANK=str(local),
        OMPI_COMM_WORLD_LOCAL_SIZE=str(per_node),
        AZUREML_CR_NODE_RANK=str(node),
    )
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    log = os.open(Path(logs) / f"std_log_process_{rank:02d}.txt", flags)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.execvp("bash", ["bash", "-c", command])  # noqa: S606 - becoming it is the purpose


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
