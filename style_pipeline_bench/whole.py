"""One video through the product's command line, and what it says about itself afterwards."""

import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from style_pipeline.defs.instance import embedded_instance
from style_pipeline.manifest import StyleReport
from style_pipeline.settings import Settings
from style_pipeline_bench.clips import run

ASSETS = ("audio_track", "frames", "styled_frames", "final_video")
_GLANCE_SECONDS = 0.05


@dataclass(frozen=True)
class Whole:
    """One run of ``style-pipeline run``.

    ``seconds`` from start to end of the process; ``first`` until the first styled shard lay in the
    store. ``stages`` are the seconds that each asset says each of its stages took.
    """

    frames: int
    seconds: float
    first: float | None
    stages: dict[str, dict[str, float]]
    metadata: dict[str, dict[str, Any]]
    report: StyleReport

    @property
    def frames_per_second(self) -> float:
        """Of the whole process, start-up and all."""
        return self.frames / self.seconds

    @property
    def sustained(self) -> float:
        """Frames per second of all ranks together, without the loading of the network."""
        ranks = self.report.ranks
        return sum(r.frames / (r.wall - r.seconds.get("load", 0)) for r in ranks)

    def share(self, stage: str) -> float:
        """Of the ranks' time without loading the network, the part in which ``stage`` was busy."""
        ranks = self.report.ranks
        time_there = sum(r.wall - r.seconds.get("load", 0) for r in ranks)
        return sum(r.seconds.get(stage, 0) for r in ranks) / time_there

    def asset_seconds(self, asset: str) -> float:
        """All its stages."""
        return sum(self.stages.get(asset, {}).values())

    @property
    def overhead(self) -> float:
        """Interpreters, imports, Dagster, starting ranks: what no stage and no rank counts."""
        inside = sum(self.asset_seconds(asset) for asset in ASSETS if asset != "styled_frames")
        return self.seconds - inside - self.report.wall


def measure(clip: Path, style: str, home: Path, **settings: str) -> Whole:
    """Run the product on ``clip`` in ``home``; ``settings`` are variables without their prefix."""
    variables = {f"STYLE_PIPELINE_{name.upper()}": value for name, value in settings.items()}
    environ = {**os.environ, "STYLE_PIPELINE_HOME": str(home), **variables}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation's modules are compiled
    program = str(Path(sys.executable).with_name("style-pipeline"))
    with _Watch(home / "work" / "styled") as watch:
        started = time.perf_counter()
        run(program, "run", str(clip), "--style", style, env=environ)
        seconds = time.perf_counter() - started
    with embedded_instance(Settings.from_environment(environ)) as instance:
        metadata = {asset: _metadata(instance, asset) for asset in ASSETS}
    report = max((home / "work").rglob("report.json"), key=lambda path: path.stat().st_mtime)
    first = None if watch.seen is None else watch.seen - started
    stages = {asset: _stages(known) for asset, known in metadata.items()}
    painted = StyleReport.from_json(report.read_bytes())
    return Whole(painted.frames, seconds, first, stages, metadata, painted)


def _metadata(instance: dg.DagsterInstance, asset: str) -> dict[str, Any]:
    (record,) = instance.fetch_materializations(dg.AssetKey(asset), limit=1).records
    event = record.asset_materialization
    return {} if event is None else {k: v.value for k, v in event.metadata.items()}


def _stages(metadata: dict[str, Any]) -> dict[str, float]:
    prefix = "seconds_"
    return {
        name.removeprefix(prefix): float(value)
        for name, value in metadata.items()
        if name.startswith(prefix)
    }


class _Watch:
    """Sees when the first new styled shard appears under ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = set(folder.rglob("*.mp4"))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen: float | None = None

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_GLANCE_SECONDS):
            if set(self._folder.rglob("*.mp4")) - self._before:
                self.seen = time.perf_counter()
                return
