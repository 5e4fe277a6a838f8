"""An FFmpeg that was built without a filter: the real one, behind a script that knows better."""

import os
import shutil
from pathlib import Path

_SCRIPT = """#!/bin/sh
for word in "$@"; do
    case "$word" in
        *{filter}=*) echo "No such filter: '{filter}'" >&2; exit 1 ;;
        -filters) {program} "$@" | grep -v ' {filter} '; exit ;;
    esac
done
exec {program} "$@"
"""


def path_without(filter_: str, folder: Path) -> str:
    """A ``PATH`` on which ``ffmpeg`` lacks that filter; ``folder`` is empty."""
    program = folder / "ffmpeg"
    program.write_text(_SCRIPT.format(filter=filter_, program=shutil.which("ffmpeg")))
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"
