"""How a training run is followed on the terminal."""

import time

import click

from style_pipeline.lesson import Recipe
from style_pipeline.style.training.trainer import Losses


class Reporter:
    """Told of each step, prints a line of running means now and then."""

    def __init__(self, recipe: Recipe) -> None:
        self._steps = recipe.steps
        self._begun = time.monotonic()
        self._first: int | None = None
        self._recent: list[Losses] = []

    def __call__(self, losses: Losses) -> None:
        self._first = self._first or losses.step
        self._recent.append(losses)
        if losses.step % 50 == 0 or losses.step == self._steps:
            self._print(losses.step)

    def _print(self, step: int) -> None:
        content, style, stability = (
            sum(getattr(item, name) for item in self._recent) / len(self._recent)
            for name in ("content", "style", "stability")
        )
        pace = (time.monotonic() - self._begun) / max(1, step - (self._first or 0))
        click.echo(
            f"step {step} of {self._steps}: content {content:.3f} style {style:.3f} "
            f"stability {stability:.5f}, {pace:.2f} s a step, "
            f"{pace * (self._steps - step) / 60:.0f} min left"
        )
        self._recent.clear()
