"""One run's temporary folder: the source is downloaded into it once, and it never outlives the run.

The folder is named after the run and locked by its process. A folder whose lock is free therefore
belongs to a run that was killed: it is removed, and Dagster, which cannot know by itself, is told.
"""

import errno
import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from style_pipeline.defs.admission import USUAL, Door
from style_pipeline.defs.sources import Source, fetch
from style_pipeline.defs.uploads import locate
from style_pipeline.errors import ConfigurationError, ScratchFull, UnusableVideo
from style_pipeline.layout import INCOMING, Upload
from style_pipeline.store import MediaStore, StoredObject

_LOCK = "lock"


class Scratch:
    """The temporary folder of the run that is being executed, and the source in it."""

    def __init__(self, folder: Path, store: MediaStore, door: Door) -> None:
        self._folder = folder
        self._store = store
        self._door = door
        self._found: dict[tuple[str, str], StoredObject] = {}
        self._sources: dict[tuple[str, str], Source] = {}
        self._refused: dict[tuple[str, str], str] = {}

    def source(self, style: str, video: str) -> Source:
        """The uploaded video, downloaded and probed the first time; always the same version.

        Raises UnusableVideo where it was refused before, PartitionError where there is none.
        """
        wanted = (style, video)
        if wanted in self._refused:
            raise UnusableVideo(self._refused[wanted])
        if wanted not in self._sources:
            found = self._found.setdefault(wanted, locate(self._store, style, video))
            upload = Upload(style, found.key.removeprefix(f"{INCOMING}{style}/"))
            folder = self.folder("source")
            self._sources[wanted] = fetch(self._store, upload, found.size, folder, self._door)
        return self._sources[wanted]

    def refuse(self, style: str, video: str, error: UnusableVideo) -> StoredObject | None:
        """Give this video to no later step; the upload, where nobody was told of it before."""
        wanted = (style, video)
        if wanted in self._refused:
            return None
        self._refused[wanted] = str(error)
        return self._found.get(wanted)

    def folder(self, purpose: str) -> Path:
        """A new empty folder."""
        return Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=self._folder))


@contextmanager
def opened(
    root: Path, store: MediaStore, instance: dg.DagsterInstance, run_id: str, door: Door = USUAL
) -> Iterator[Scratch]:
    """The scratch folder of one run below ``root``; what killed runs left there goes first."""
    sweep(root, instance)
    folder = root / run_id
    with _all_held(root):
        folder.mkdir(exist_ok=True)
        lock = (folder / _LOCK).open("ab")
        fcntl.flock(lock, fcntl.LOCK_EX)
    with lock:
        try:
            yield Scratch(folder, store, door)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(root: Path, instance: dg.DagsterInstance) -> tuple[str, ...]:
    """Remove the folders of killed runs below ``root`` and close these runs; their ids."""
    dead = []
    with _all_held(root):
        for folder in (path for path in root.iterdir() if path.is_dir()):
            if _abandoned(folder / _LOCK):
                shutil.rmtree(folder, ignore_errors=True)
                dead.append(folder.name)
    for run_id in dead:
        _close(instance, run_id)
    return tuple(dead)


def _close(instance: dg.DagsterInstance, run_id: str) -> None:
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        instance.report_run_failed(
            run, "Its process was killed. Materialise it again: finished shards are kept."
        )


def _abandoned(lock: Path) -> bool:
    try:
        with lock.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def _all_held(root: Path) -> Iterator[None]:
    """Keeps other processes from taking a folder that is just being made for an abandoned one."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        stream = (root / _LOCK).open("ab")
    except OSError as error:
        kind = ScratchFull if error.errno == errno.ENOSPC else ConfigurationError
        raise kind(
            f"{root} cannot be written ({error.strerror}); free or name another disk"
        ) from error
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
