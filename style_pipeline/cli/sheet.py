"""A style sheet, from the terminal: a program of the worker's paints it, and is watched here."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from style_pipeline import layout, messages, process
from style_pipeline.cli.display import Display, display
from style_pipeline.cli.faults import Fault
from style_pipeline.errors import ConfigurationError
from style_pipeline.job import Progress
from style_pipeline.settings import Settings
from style_pipeline.style.frames import FRAMES
from style_pipeline.style.sheet import SUFFIXES

_STEP = "styled_frames"
_MOST_PICTURES = 6
_LEFT_OUT = "left out: "
_ERROR = "error: "


def make(settings: Settings, target: Path, of: Sequence[Path]) -> tuple[str, ...]:
    """Write the sheet to ``target``, whole or not at all; what was left out of it, and why.

    ``of`` are pictures and videos to show styles on. Raises ConfigurationError, UnusableVideo and
    :class:`Fault` for what the user can mend.
    """
    _refuse_target(target)
    with TemporaryDirectory(prefix=".sheet-", dir=target.parent) as folder:
        pictures = [*_pictures(of, Path(folder))] or FRAMES
        if len(pictures) > _MOST_PICTURES:
            raise ConfigurationError(f"--of names {len(pictures)} pictures; name 6 at most")
        draft = Path(folder) / f"sheet{target.suffix.lower()}"
        left_out = _paint(settings, draft, pictures)
        draft.replace(target)
    return left_out


def _refuse_target(target: Path) -> None:
    if target.suffix.lower() not in SUFFIXES:
        known = " ".join(SUFFIXES)
        raise ConfigurationError(f"--sheet: {target.name!r} does not end like any of: {known}")
    if not target.parent.is_dir():
        raise ConfigurationError(f"--sheet: there is no folder {target.parent}; make it first")
    if target.is_dir():
        raise ConfigurationError(f"--sheet: {target} is a folder; name a file")


def _pictures(of: Sequence[Path], folder: Path) -> Iterator[Path]:
    """Pictures as they are; of a video, three frames."""
    from style_pipeline.media.sample import sample

    for number, path in enumerate(of):
        if path.suffix.lower() in layout.PAINTINGS:
            yield path
        else:
            (frames := folder / f"frames-{number}").mkdir()
            yield from sample(path, frames)


def _paint(settings: Settings, draft: Path, pictures: Sequence[Path]) -> tuple[str, ...]:
    program = [sys.executable, "-m", "style_pipeline.worker.sheet"]
    learnt = [] if settings.learnt_url is None else ["--learnt", settings.learnt_url]
    store = ["--store", settings.store_url, *learnt]
    arguments = [*store, "--out", str(draft), "--", *map(str, pictures)]
    started = time.monotonic()
    with display(sys.stderr) as shown:
        shown.started(_STEP)
        listener = _Listener(shown)
        with process.running([*program, *arguments], on_line=listener.line) as running:
            code = running.wait()
        if code:
            shown.failed(_STEP)
            raise Fault(listener.reason, code if code > 0 else 1)
        shown.finished(_STEP, time.monotonic() - started)
    return tuple(listener.left_out)


@dataclass
class _Listener:
    """Hears the program: progress goes to ``shown``; ``last`` is its last other line."""

    shown: Display
    left_out: list[str] = field(default_factory=list)
    last: str = "it did not say why"

    def line(self, text: str) -> None:
        progress = _progress(text)
        if progress is not None:
            self.shown.progressed(progress)
        elif text.startswith(_LEFT_OUT):
            self.left_out.append(text)
        elif text.strip():
            self.last = text

    @property
    def reason(self) -> str:
        """The user's own mistake in its words; anything else as a failure of ours."""
        if self.last.startswith(_ERROR):
            return self.last.removeprefix(_ERROR)
        return f"the sheet could not be painted: {self.last}; run it again and report this"


def _progress(text: str) -> Progress | None:
    try:
        message = messages.unwrap(json.loads(text))
    except ValueError:
        return None
    return message if isinstance(message, Progress) else None
