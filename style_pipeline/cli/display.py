"""What a person sees while a video is painted: one line per step, a bar for the frames.

On a terminal the lines are live; in a log file or a pipe they are plain and few.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bars

from style_pipeline.job import Progress

_TITLES = {
    "audio_track": "Copying the sound",
    "frames": "Cutting into frames",
    "styled_frames": "Painting",
    "final_video": "Joining and checking",
    "style_checkpoint": "Learning",
    "side_by_side": "Putting side by side",
}
_COUNTED = {"frames": "styled_frames", "steps": "style_checkpoint"}
"""The step that a progress is about, by what it counts."""

_PLAIN_SECONDS = 10.0
"""A plain display says how far it is at most this often."""


class Display(Protocol):
    """Told what happens; steps are named by their asset."""

    def started(self, step: str) -> None:
        """``step`` begins."""
        ...

    def progressed(self, progress: Progress) -> None:
        """The network is this far."""
        ...

    def finished(self, step: str, seconds: float) -> None:
        """``step`` is done."""
        ...

    def failed(self, step: str) -> None:
        """``step`` could not be done."""
        ...


@contextmanager
def display(stream: TextIO) -> Iterator[Display]:
    """The display that suits ``stream``, for as long as the block lasts.

    It writes to a duplicate of the stream's descriptor: Dagster redirects the descriptor itself
    into a run's log while a step works.
    """
    with _duplicate(stream) as own:
        console = Console(file=own)
        if not console.is_terminal:
            yield PlainDisplay(own, time.monotonic)
            return
        with _bars(console) as bars:
            yield LiveDisplay(bars)


def _duplicate(stream: TextIO) -> AbstractContextManager[TextIO]:
    return os.fdopen(os.dup(stream.fileno()), "w", buffering=1, encoding="utf-8", errors="replace")


def _bars(console: Console) -> Bars:
    return Bars(
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description:<22}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[detail]}"),
        console=console,
        redirect_stdout=False,
        redirect_stderr=False,
    )


class LiveDisplay:
    """One live line per step."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def started(self, step: str) -> None:
        """A line with a spinner; its bar moves to and fro until a total is known."""
        if step not in self._tasks:
            title = _TITLES.get(step, step)
            self._tasks[step] = self._bars.add_task(title, total=None, detail="")

    def progressed(self, progress: Progress) -> None:
        """What is done, how fast, and the time left, beside a filling bar."""
        step = _COUNTED[progress.unit]
        self.started(step)
        self._bars.update(
            self._tasks[step],
            total=progress.frames_total,
            completed=progress.frames_done,
            detail=str(progress),
        )

    def finished(self, step: str, seconds: float) -> None:
        """The full bar and the time it took."""
        self.started(step)
        self._bars.update(self._tasks[step], total=1, completed=1, detail=f"{seconds:.1f} s")

    def failed(self, step: str) -> None:
        """The bar stays where it was."""
        self.started(step)
        self._bars.update(self._tasks[step], detail="[red]failed")
        self._bars.stop_task(self._tasks[step])


class PlainDisplay:
    """A few lines of text; ``clock`` gives seconds."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock()

    def started(self, step: str) -> None:
        """Says nothing: the step will be named when it ends."""

    def progressed(self, progress: Progress) -> None:
        """One line now and then, once there is a speed to tell."""
        if progress.frames_per_second and self._clock() >= self._next:
            self._next = self._clock() + _PLAIN_SECONDS
            self._say(f"{_TITLES[_COUNTED[progress.unit]]}: {progress}")

    def finished(self, step: str, seconds: float) -> None:
        """One line with the step's time."""
        self._say(f"{_TITLES.get(step, step)}: {seconds:.1f} s")

    def failed(self, step: str) -> None:
        """Says nothing: the error's own line will follow, and one line is enough."""

    def _say(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()
