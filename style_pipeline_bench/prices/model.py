"""Nodes, time and price of painting an hour of video: arithmetic on stated assumptions.

A GPU is taken to paint as many times faster than one CPU core as it has more of the arithmetic that
bounds the network, times a share of it that small convolutions reach (``efficiency``). Then a node
decodes and encodes beside it, on its CPU cores; whichever is slower decides.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """One video's worth, per frame: what it needs of a GPU and of a CPU core.

    ``gigaflops`` and ``bytes`` are the network's per frame, ``core_seconds`` everything beside it.
    """

    frames: int
    gigaflops: float
    bytes: float
    core_seconds: float


@dataclass(frozen=True)
class Node:
    """A machine: published peaks of its GPUs together, its cores, its price.

    ``teraflops`` in half precision, ``gigabytes`` of memory traffic per second; ``price`` per hour;
    ``efficiency`` is the share of either peak that is taken as reached.
    """

    name: str
    gpus: int
    teraflops: float
    gigabytes: float
    cores: int
    price: float
    efficiency: float = 0.25


@dataclass(frozen=True)
class Plan:
    """So many nodes: wall-clock ``hours``, of which ``starting`` until they run; ``price``."""

    node: Node
    nodes: int
    hours: float
    price: float


def frames_per_second(work: Work, node: Node) -> float:
    """One node's pace: its GPUs' arithmetic, their memory, or its cores, whichever is slowest."""
    arithmetic = node.teraflops * 1e3 * node.efficiency / work.gigaflops
    traffic = node.gigabytes * 1e9 * node.efficiency / work.bytes
    beside = node.cores / work.core_seconds
    return min(arithmetic, traffic, beside)


def plan(work: Work, node: Node, nodes: int, starting: float, scheduling: float) -> Plan:
    """``starting`` hours until a node works, paid for; ``scheduling`` is the efficiency of many."""
    pace = frames_per_second(work, node) * nodes * (scheduling if nodes > 1 else 1.0)
    hours = starting + work.frames / pace / 3600
    return Plan(node, nodes, hours, hours * nodes * node.price)
