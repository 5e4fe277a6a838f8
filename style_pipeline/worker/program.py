"""The life of one rank, from the job description to the report."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from style_pipeline import document, layout
from style_pipeline.errors import ManifestError, StyleJobError
from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest, FrameShard, RankReport, StyleReport
from style_pipeline.store import MediaStore
from style_pipeline.worker.beat import every
from style_pipeline.worker.claims import claimed
from style_pipeline.worker.finished import finished_shards, unfinished_shards
from style_pipeline.worker.line import Line
from style_pipeline.worker.memory import frame_budget, peak_memory
from style_pipeline.worker.missed import Missed
from style_pipeline.worker.missed import notes as notes_of
from style_pipeline.worker.pace import Pace
from style_pipeline.worker.painter import Painter
from style_pipeline.worker.ranks import Counters, Ranks
from style_pipeline.worker.reporting import Tell, open_reporter, silent
from style_pipeline.worker.stopwatch import Stopwatch
from style_pipeline.worker.timeline import Timeline

_SHARDS_TAKEN, _FRAMES_PAINTED = range(2)

_ATTEND_SECONDS = 0.005
_SHARE_SECONDS = 0.5
_TELL_SECONDS = 1.5


def run(
    ranks: Ranks,
    store: MediaStore,
    job_key: str,
    environ: Mapping[str, str],
    clock: Callable[[], float],
    now: Callable[[], float],
) -> None:
    """Do this rank's share of a job; returns when the whole job is done and reported.

    ``clock`` counts seconds from anywhere, ``now`` is Unix time.

    Raises errors of :mod:`style_pipeline.errors`; the caller then has to end the other ranks.
    """
    started = clock()
    with open_reporter(environ) if ranks.rank == 0 else silent() as tell:
        job = StyleJob.from_json(store.read_bytes(job_key))
        manifest = _read_manifest(store, job)
        timeline = Timeline(now)
        share = _Share(ranks, store, job, manifest, clock, tell, environ, timeline)
        missing = share.scan()
        outcome = share.paint(missing)
        reports = ranks.gather(document.dump(outcome))
        if ranks.rank == 0:
            outcomes = [document.load(RankOutcome, content) for content in reports]
            report = _report(job, manifest, outcomes, styled=len(missing), wall=clock() - started)
            share.conclude(report)
        ranks.wait_for_all()


@dataclass(frozen=True)
class RankOutcome:
    """What one rank tells rank 0 at the end; ``device`` is empty where it painted nothing."""

    report: RankReport
    device: str
    notes: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()


def _read_manifest(store: MediaStore, job: StyleJob) -> FrameManifest:
    content = store.read_bytes(job.manifest_key)
    if hashlib.sha256(content).hexdigest() != job.manifest_sha256:
        raise ManifestError(
            f"{job.manifest_key} has changed since the job was made; materialise the frames again"
        )
    return FrameManifest.from_json(content)


@dataclass(frozen=True)
class _Share:
    ranks: Ranks
    store: MediaStore
    job: StyleJob
    manifest: FrameManifest
    clock: Callable[[], float]
    tell: Tell
    environ: Mapping[str, str]
    timeline: Timeline

    def scan(self) -> tuple[FrameShard, ...]:
        """The shards that still have to be painted, the same on every rank.

        Each rank looks at its part of the shards; then they share what they found.
        """
        shards = self.manifest.shards
        done = np.zeros(len(shards), np.uint8)
        mine = shards[self.ranks.rank :: self.ranks.size]
        done[list(finished_shards(self.store, self.job, mine))] = 1
        self.ranks.wait_for_all()
        everywhere = self.ranks.union(done)
        return tuple(shard for shard in shards if not everywhere[shard.index])

    def paint(self, missing: Sequence[FrameShard]) -> RankOutcome:
        """Paint shards until none is left anywhere, and say what was done here."""
        started, stopwatch = self.clock(), Stopwatch(self.clock)
        budget = frame_budget(self.environ, self.ranks.neighbours)
        painter = Painter(self.job, self.store, self.ranks.local_rank, budget)
        with self.ranks.counters(2) as counters, ExitStack() as while_any_paints:
            if self.ranks.rank == 0:
                tell = self._teller(counters, missing)
                while_any_paints.enter_context(every(_TELL_SECONDS, tell))
                while_any_paints.enter_context(every(_ATTEND_SECONDS, self.ranks.attend))
            tally = _Tally(counters)
            line = Line(self.store, self.job, self.manifest, painter.open, tally.painted, stopwatch)
            with every(_SHARE_SECONDS, tally.share):
                mine = line.run(self.timeline.taken(claimed(missing, counters, _SHARDS_TAKEN)))
                stored = list(self.timeline.stored(mine))
            wall = self.clock() - started
            self.ranks.wait_for_all()
        frames = sum(shard.count for shard in stored)
        report = RankReport(
            rank=self.ranks.rank,
            host=self.ranks.host,
            frames=frames,
            shards=len(stored),
            wall=round(wall, 3),
            seconds=stopwatch.seconds(),
            shard_times=self.timeline.times(),
            peak_memory=peak_memory(),
        )
        return RankOutcome(report, painter.device, painter.notes, tuple(line.missed))

    def _teller(self, counters: Counters, missing: Sequence[FrameShard]) -> Callable[[], None]:
        total = self.manifest.frame_count
        pace = Pace(total, total - sum(shard.count for shard in missing), self.clock())
        return lambda: self.tell(pace.at(self.clock(), counters.add(_FRAMES_PAINTED, 0)))

    def conclude(self, report: StyleReport) -> None:
        """Rank 0's last word: look into the store once more, then keep and tell the report."""
        lost = unfinished_shards(self.store, self.job, self.manifest)
        if lost:
            raise StyleJobError(
                f"{len(lost)} of {len(self.manifest.shards)} styled shards are not in the store "
                f"after the job, the first is number {lost[0].index}; run it again"
            )
        self.store.upload(report.to_json(), layout.report_key(self.job.prefix))
        self.tell(report)


class _Tally:
    """Frames painted here, added to the shared counter once in a while."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._painted = self._shared = 0

    def painted(self) -> None:
        self._painted += 1

    def share(self) -> None:
        fresh = self._painted - self._shared
        if fresh:
            self._counters.add(_FRAMES_PAINTED, fresh)
            self._shared += fresh


def _report(
    job: StyleJob,
    manifest: FrameManifest,
    outcomes: Sequence[RankOutcome],
    *,
    styled: int,
    wall: float,
) -> StyleReport:
    devices = sorted({outcome.device for outcome in outcomes} - {""})
    notes = dict.fromkeys(note for outcome in outcomes for note in outcome.notes)
    missed = [shard for outcome in outcomes for shard in outcome.missed]
    return StyleReport(
        job_digest=job.digest,
        frames=manifest.frame_count,
        shards_total=len(manifest.shards),
        shards_styled=styled,
        shards_reused=len(manifest.shards) - styled,
        world_size=len(outcomes),
        wall=round(wall, 3),
        device=", ".join(devices) or "none",
        ranks=tuple(outcome.report for outcome in outcomes),
        notes=(*notes, *notes_of(missed)),
    )
