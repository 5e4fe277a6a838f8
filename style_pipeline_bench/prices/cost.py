"""The model of :mod:`style_pipeline_bench.prices.model` for an hour of video."""

import json
from pathlib import Path

from style_pipeline.style.network import Architecture
from style_pipeline_bench.prices.model import Node, Plan, Work, plan
from style_pipeline_bench.results import Bars, Table, keep, put

PLOT = "![Price of an hour of video](images/cost.svg)"
RATE, WIDTH, HEIGHT = 25, 1920, 1080
STARTING_HOURS = 6 / 60
NODES = (1, 2, 4, 8)
MACHINES = (
    Node("NC4as_T4_v3, low priority", 1, 65, 320, 4, 0.11),
    Node("NC4as_T4_v3", 1, 65, 320, 4, 0.526),
    Node("NC24ads_A100_v4", 1, 312, 1935, 24, 3.673),
    Node("NC40ads_H100_v5", 1, 990, 3350, 40, 6.98),
)
"""Peaks in half precision and memory traffic from NVIDIA's data sheets (T4, A100 80 GB, H100 NVL),
cores and prices in US dollars from Azure's list; inputs to change, not claims about today."""

_BYTES_PER_PIXEL = 250
"""Read and written by the network's passes, in half precision: twice what lives at once."""


def core_seconds(measured: Path) -> float:
    """CPU seconds beside the network for a frame of 640x360, as measured, scaled to this size."""
    bench = json.loads(measured.read_text("utf-8"))["bench-amx_bf16"]
    beside = sum(rank[stage] for rank in bench["ranks"] for stage in ("read", "encode", "store"))
    return float(beside) / float(bench["frames"]) * (WIDTH * HEIGHT) / (640 * 360)


def publish(docs: Path) -> None:
    """The table and the plot, from what ``make bench`` and ``bench-scheduling`` measured."""
    measured = docs / "performance.json"
    scheduling = json.loads(measured.read_text("utf-8"))["scheduling"][-1]["counter"]
    work = Work(
        frames=3600 * RATE,
        gigaflops=Architecture().gigaflops(WIDTH, HEIGHT),
        bytes=_BYTES_PER_PIXEL * WIDTH * HEIGHT,
        core_seconds=core_seconds(measured),
    )
    plans = [
        plan(work, node, nodes, STARTING_HOURS, scheduling) for node in MACHINES for nodes in NODES
    ]
    put(docs / "performance.md", "cost", [PLOT, _table(plans)])
    prices = {f"{p.node.name}, {p.nodes} nodes": p.price for p in plans if p.nodes in (1, 8)}
    (docs / "images" / "cost.svg").write_text(
        Bars(f"US dollars for an hour of {WIDTH}x{HEIGHT} at {RATE} frames/s", "USD", prices).svg()
    )
    keep(docs / "performance.json", "cost", [_plain(p) for p in plans])


def _table(plans: list[Plan]) -> Table:
    rows = [(p.node.name, str(p.nodes), f"{60 * p.hours:.0f} min", f"{p.price:.2f}") for p in plans]
    return Table(("node", "nodes", "time for an hour of video", "price, USD"), rows)


def _plain(found: Plan) -> dict[str, object]:
    return {
        "node": found.node.name,
        "nodes": found.nodes,
        "hours": found.hours,
        "price": found.price,
    }
