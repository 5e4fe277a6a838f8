"""A room for one run of FFmpeg, made with bubblewrap: no network, its inputs and nothing else to
read, one folder to write into.

Where there is no bubblewrap, or the machine refuses it, as many containers do, FFmpeg runs without
a room: its other locks hold all the same.
"""

import shutil
import threading
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from style_pipeline import process
from style_pipeline.errors import ProcessError
from style_pipeline.process import Limits

PROGRAM = "bwrap"

_ALONE = ("--unshare-all", "--die-with-parent", "--cap-drop", "ALL")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives")
_MOST_FILES = 1000
"""Files shown one by one; beyond, their folders, which are scratch folders of our own."""

_TRIAL = Limits(seconds=20)

_trying = threading.Lock()


def confined(argv: Sequence[str], reads: Iterable[Path], writes: Iterable[Path]) -> list[str]:
    """``argv``, run in a room with the files ``reads`` and the folders ``writes``; or ``argv``
    itself where there can be no room.
    """
    program = shutil.which(argv[0])
    if program is None or fault(program) is not None:
        return list(argv)
    written = list(writes)
    folders = [part for path in written for part in ("--bind", str(path), str(path))]
    shown = [path for path in _few(reads) if path not in written]
    files = [part for path in shown for part in ("--ro-bind", str(path), str(path))]
    return [*_walls(program), *folders, *files, "--remount-ro", "/", "--", program, *argv[1:]]


def _few(reads: Iterable[Path]) -> list[Path]:
    """``reads``, or their folders where they are more than bubblewrap takes arguments for."""
    files = list(reads)
    return files if len(files) <= _MOST_FILES else list(dict.fromkeys(f.parent for f in files))


def fault(program: str) -> str | None:
    """Why ``program`` cannot be run in a room on this machine, or None where it can; tried once.

    Who asks while it is being tried waits for that trial.
    """
    with _trying:
        return _fault(program)


@cache
def _fault(program: str) -> str | None:
    if shutil.which(PROGRAM) is None:
        return "bubblewrap is not installed"
    try:
        tried = process.run([*_walls(program), "--", program, "-version"], limits=_TRIAL)
    except ProcessError as error:
        return str(error)
    if tried.returncode == 0:
        return None
    return f"bubblewrap is refused here: {' '.join(tried.stderr.split()) or tried.returncode}"


def _walls(program: str) -> list[str]:
    """The room without its furniture: system libraries, a few devices, no ``/proc``, no home."""
    folder = Path(program).resolve().parent
    own = (str(Path(program).parent), str(folder), str(folder.parent / "lib"))
    shown = [part for path in (*_SYSTEM, *own) for part in ("--ro-bind-try", path, path)]
    return [PROGRAM, *_ALONE, *shown, "--dev", "/dev", "--chdir", "/"]
