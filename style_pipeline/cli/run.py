"""``run`` and ``submit``: from a file to its painting, watched; or only to its partition keys."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from style_pipeline.cli.beforehand import looked_into, treated
from style_pipeline.cli.beside import compare, refuse_clip
from style_pipeline.cli.display import Display, display
from style_pipeline.cli.looks import Wishes
from style_pipeline.errors import ConfigurationError
from style_pipeline.job import Progress
from style_pipeline.layout import Upload
from style_pipeline.loading import loading
from style_pipeline.look import Look
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_whole

if TYPE_CHECKING:
    from style_pipeline.defs.admission import Door
    from style_pipeline.defs.instance import Instance
    from style_pipeline.media.probe import SourceProbe

Inspect = Callable[[Sequence[Look]], None]
"""Refuses a video for these looks, or tells what it will cost."""

PROGRESS_LOGGER = "style_pipeline.progress"
"""Launchers log each :class:`~style_pipeline.job.Progress` here, as the record's only argument."""


def paint(
    settings: Settings,
    video: Path,
    wishes: Wishes,
    output: Path | None,
    clip: Path | None = None,
    *,
    verbose: bool,
) -> Iterator[str]:
    """Submit ``video`` and materialise its partition in this process; where the result is.

    Where a ``clip`` is wanted, it shows source and result side by side, and its path comes second.
    Raises UnknownStyle, UnusableVideo, UnusablePainting, ConfigurationError for what the user can
    mend, and what the assets raise.
    """
    store = open_whole(settings.store_url, settings.learnt_url)
    (look,) = wishes.looks(store)
    target = None if output is None else target_file(video, output, settings.preset.suffix)
    if clip is not None:
        refuse_clip(clip, video, target)
    with _opened(settings, video) as (instance, inspect):
        from style_pipeline.defs.submission import materialize, submit

        (key,) = submit(store, instance, video, (look,), inspect)
        with display(sys.stderr) as shown, progress_on(shown):
            materialize(settings, instance, key, verbose=verbose, watcher=shown)
    result = Upload(look.slug, video.name).output_key(settings.preset.suffix)
    yield deliver(store, settings, result, target)
    if clip is not None:
        with display(sys.stderr) as shown:
            compare(store, video, result, clip, shown)
        yield str(clip)


def upload(
    settings: Settings, video: Path, wishes: Wishes, *, once_more: bool = False
) -> tuple[str, ...]:
    """Upload ``video`` once per look; the partition keys, which are registered by then.

    ``once_more`` has a running platform paint what it has painted already.
    """
    store = open_whole(settings.store_url, settings.learnt_url)
    looks = tuple(wishes.looks(store))
    with _opened(settings, video) as (instance, inspect):
        from style_pipeline.defs.submission import submit

        return submit(store, instance, video, looks, inspect, once_more=once_more)


@contextmanager
def _opened(settings: Settings, video: Path) -> Iterator[tuple["Instance", Inspect]]:
    """Dagster's records, and what judges ``video``, which is looked into while Dagster loads."""
    with loading(), looked_into(settings, video) as probed:
        from style_pipeline.defs import submission  # noqa: F401 (it takes the longest to load)
        from style_pipeline.defs.admission import door
        from style_pipeline.defs.instance import embedded_instance

        opened = embedded_instance(settings)
    with opened as instance:
        yield instance, _inspector(settings, door(settings.upload, instance), probed)


def _inspector(settings: Settings, entrance: "Door", probed: "Future[SourceProbe]") -> Inspect:
    """Judges a video before it is uploaded: refuses it, or tells what it will cost."""

    def inspect(looks: Sequence[Look]) -> None:
        found = probed.result()
        scales = dict.fromkeys(look.scale for look in looks)
        estimates = [entrance.estimate(found, scale) for scale in scales]
        treated(settings, found)
        for estimate in estimates:
            click.echo(f"Estimate: {estimate}", err=True)

    return inspect


def target_file(video: Path, output: Path, suffix: str = ".mp4") -> Path:
    """The file that ``--output`` means: itself, or one named after ``video`` in that folder.

    ``suffix`` is what results end with. Raises ConfigurationError where it could not be written, or
    would overwrite the source.
    """
    target = output / video.with_suffix(suffix).name if output.is_dir() else output
    if not target.parent.is_dir():
        raise ConfigurationError(f"--output: there is no folder {target.parent}; make it first")
    if target.exists() and video.exists() and target.samefile(video):
        raise ConfigurationError("--output names the video itself; choose another name")
    return target


def deliver(store: MediaStore, settings: Settings, key: str, target: Path | None) -> str:
    """Copy the result to ``target`` where there is one; the path (or URL) to tell the user."""
    if target is not None:
        store.download(key, target)
        return str(target)
    folder = settings.store_folder
    return f"{settings.store_url}/{key}" if folder is None else str(folder / key)


@contextmanager
def progress_on(shown: Display) -> Iterator[None]:
    """Sends what launchers log about their progress to ``shown``, and nowhere else."""
    logger = logging.getLogger(PROGRESS_LOGGER)
    handler = _ProgressHandler(shown)
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate


class _ProgressHandler(logging.Handler):
    def __init__(self, shown: Display) -> None:
        super().__init__()
        self._shown = shown

    def emit(self, record: logging.LogRecord) -> None:
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, Progress):
                self._shown.progressed(argument)
