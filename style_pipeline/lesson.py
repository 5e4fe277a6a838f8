"""What it takes to learn a style, and who can have it learnt.

A :class:`Lesson` travels like a style job: as JSON through the store, so that a laptop and a
cluster read the same bytes. What is learnt are the new style's scales and shifts; the body of the
shipped network stays as it is.
"""

import hashlib
import math
from dataclasses import dataclass
from typing import Protocol, TypeVar

from style_pipeline import document, layout
from style_pipeline.document import Document
from style_pipeline.errors import TrainingError

VERSION = 2

PHOTOGRAPHS = (".jpg", ".jpeg", ".png")
"""How the files of photographs to practise on may end, in lower case."""

_WARM_UP = 50


@dataclass(frozen=True)
class Stage:
    """``steps`` steps on ``batch`` crops of ``side`` pixels."""

    steps: int
    side: int
    batch: int


@dataclass(frozen=True)
class Recipe:
    """Everything that determines a training run besides its data.

    ``vector_rate`` is Adam's learning rate for gamma and beta, ``body_rate`` for the convolutions
    (0 leaves them as they are); both rise for a few steps and fall along a cosine. ``bfloat16`` is
    for machines that multiply in it, others stay with float32. ``save_every`` counts steps.
    """

    stages: tuple[Stage, ...] = (Stage(14_000, 256, 2),)
    content_weight: float = 1.0
    style_weight: float = 10.0
    stability_weight: float = 60.0
    vector_rate: float = 8e-3
    body_rate: float = 6e-4
    bfloat16: bool = True
    seed: int = 1888
    save_every: int = 250

    @property
    def steps(self) -> int:
        return sum(stage.steps for stage in self.stages)

    def stage(self, step: int) -> Stage:
        """The stage that ``step`` belongs to."""
        for stage in self.stages:
            if step < stage.steps:
                return stage
            step -= stage.steps
        raise TrainingError(f"the recipe has only {self.steps} steps")

    def rate(self, step: int) -> float:
        """The fraction of the full learning rate at ``step``."""
        rise = min(1.0, (step + 1) / _WARM_UP)
        return rise * (0.02 + 0.98 * (1 + math.cos(math.pi * step / self.steps)) / 2)


ONE_STYLE = Recipe(
    stages=(Stage(900, 256, 2),),
    vector_rate=2e-2,
    body_rate=0.0,
    stability_weight=30.0,
    save_every=100,
)
"""How a single new style is learnt."""


@dataclass(frozen=True)
class Pinned:
    """An object in the store, and the content that it must have."""

    key: str
    sha256: str


@dataclass(frozen=True)
class Lesson(Document):
    """One painting to be learnt as ``style``, on the shipped network with sha256 ``base``.

    ``trunk`` is the VGG-16 that judges, ``photographs`` a zip of pictures to practise on.
    ``run_id`` leads back to Dagster and does not influence the result.
    """

    style: str
    run_id: str
    painting: Pinned
    trunk: Pinned
    photographs: Pinned
    base: str
    recipe: Recipe = ONE_STYLE
    version: int = VERSION

    @property
    def digest(self) -> str:
        """Names everything that determines what is learnt."""
        contents = [self.painting.sha256, self.trunk.sha256, self.photographs.sha256, self.base]
        parts = {"style": self.style, "from": contents, "recipe": document.plain(self.recipe)}
        return hashlib.sha256(document.dump(parts)).hexdigest()[:20]

    @property
    def prefix(self) -> str:
        """Where the lesson, its state and its report lie in the store."""
        return layout.lesson_prefix(self.digest)


@dataclass(frozen=True)
class LessonReport(Document):
    """What was learnt: the checkpoint with this sha256, after ``steps`` steps.

    ``content_error`` and ``style_error`` are the relative errors over the last steps,
    ``style_error_before`` that of the known style ``nearest``, from which learning began. ``notes``
    say what else is worth knowing, such as the cluster's share.
    """

    style: str
    checkpoint_sha256: str
    steps: int
    seconds: float
    device: str
    nearest: str
    content_error: float
    style_error: float
    style_error_before: float
    notes: tuple[str, ...] = ()
    version: int = VERSION


Context = TypeVar("Context", contravariant=True)


class LessonLauncher(Protocol[Context]):
    """Has a style learnt somewhere; fails like a :class:`~style_pipeline.job.StyleLauncher`."""

    def learn(self, context: Context, lesson: Lesson) -> LessonReport:
        """Learn to the end, from where an earlier attempt was; the checkpoint is in the store."""
        ...
