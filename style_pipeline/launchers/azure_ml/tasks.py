"""What a cluster is asked to do: to paint a video's frames, or to learn a style.

A task is found again by its name, which says what is done and where: a retried step, a restarted
Dagster or a second run meet the job that is already at work.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from style_pipeline import layout
from style_pipeline.job import StyleJob
from style_pipeline.launchers.azure_ml.bill import Bill
from style_pipeline.launchers.listener import Listener
from style_pipeline.launchers.verdict import Work, conclude, conclude_lesson
from style_pipeline.lesson import Lesson, LessonReport
from style_pipeline.manifest import FrameManifest, StyleReport
from style_pipeline.store import MediaStore
from style_pipeline.worker.finished import finished_shards, unfinished_shards

Report = TypeVar("Report", covariant=True)


@dataclass(frozen=True)
class Size:
    """``nodes`` of ``ranks`` each, and in words what is left for them; ``threads`` None leaves the
    number of threads to the machine."""

    nodes: int
    ranks: int
    threads: int | None
    left: str


class Task(Protocol[Report]):
    """``work`` is what the worker is told; ``program`` is what its ranks run."""

    @property
    def work(self) -> Work: ...

    @property
    def program(self) -> str: ...

    @property
    def stem(self) -> str:
        """The beginning of its jobs' names."""
        ...

    @property
    def title(self) -> str: ...

    @property
    def tags(self) -> Mapping[str, str]: ...

    def size(self, nodes: int, gpus_per_node: int) -> Size:
        """How much of a cluster it can keep busy now, given at most ``nodes``."""
        ...

    def is_done(self) -> bool:
        """Whether its result is in the store, whole."""
        ...

    def conclude(self, heard: Listener, bill: Bill) -> Report:
        """The report of a job that ended well, with what the ``bill`` says added to it.

        Raises StyleJobError where nothing came of the job.
        """
        ...


@dataclass(frozen=True)
class Painting:
    """The frames of one video, in one look; see :class:`Task`."""

    store: MediaStore
    job: StyleJob
    manifest: FrameManifest
    program: str = "style_pipeline.worker"

    @property
    def work(self) -> Work:
        return self.job

    @property
    def stem(self) -> str:
        return f"style-{self.job.digest}"

    @property
    def title(self) -> str:
        return f"{self.job.look.slug}: {self.job.video}"

    @property
    def tags(self) -> Mapping[str, str]:
        job = self.job
        return {"video": job.video, "look": job.look.slug, "job_digest": job.digest}

    def size(self, nodes: int, gpus_per_node: int) -> Size:
        missing = len(unfinished_shards(self.store, self.job, self.manifest))
        return Size(
            nodes=nodes_for(missing, nodes, gpus_per_node),
            ranks=gpus_per_node,
            threads=self.job.threads_per_rank,
            left=f"{missing} of {len(self.manifest.shards)} shards",
        )

    def is_done(self) -> bool:
        if not self.store.exists(layout.report_key(self.job.prefix)):
            return False
        shards = self.manifest.shards
        return len(finished_shards(self.store, self.job, shards)) == len(shards)

    def conclude(self, heard: Listener, bill: Bill) -> StyleReport:
        report = conclude(self.store, self.job, self.manifest, heard.report)
        notes = (*report.notes, *bill.notes())
        return replace(report, notes=notes, node_hours=bill.node_hours, cost=bill.cost)


@dataclass(frozen=True)
class Learning:
    """One painting to be learnt, by one rank; see :class:`Task`."""

    store: MediaStore
    lesson: Lesson
    program: str = "style_pipeline.worker.learn"

    @property
    def work(self) -> Work:
        return self.lesson

    @property
    def stem(self) -> str:
        return f"lesson-{self.lesson.digest}"

    @property
    def title(self) -> str:
        return f"learn {self.lesson.style}"

    @property
    def tags(self) -> Mapping[str, str]:
        return {"style": self.lesson.style, "job_digest": self.lesson.digest}

    def size(self, nodes: int, gpus_per_node: int) -> Size:
        return Size(1, 1, None, f"{self.lesson.recipe.steps} steps")

    def is_done(self) -> bool:
        report = layout.report_key(self.lesson.prefix)
        checkpoint = layout.lesson_checkpoint_key(self.lesson.prefix)
        return self.store.exists(report) and self.store.exists(checkpoint)

    def conclude(self, heard: Listener, bill: Bill) -> LessonReport:
        report = conclude_lesson(self.store, self.lesson, heard.lesson_report)
        return replace(report, notes=(*report.notes, *bill.notes()))


def nodes_for(shards: int, most: int, gpus_per_node: int) -> int:
    """Nodes that ``shards`` can keep busy, one shard per GPU at the least; one where none is left.

    One is enough to find that there is nothing to do and to report it.
    """
    return max(1, min(most, -(-shards // gpus_per_node)))
