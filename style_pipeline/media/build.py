"""What the FFmpeg at hand is: its version, and the filters that it was built with."""

import re
import shutil
from collections.abc import Iterator
from functools import cache

from style_pipeline import process
from style_pipeline.media.ffmpeg import PROBE_LIMITS

_NAME = re.compile(r"(?:^|,)(\w+)=")
_LISTED = re.compile(r"^ [T.][S.][C.]? (\w+) +\S+->\S+ ", re.MULTILINE)


def version() -> int:
    """The major version of the installed ffmpeg; 0 for a development build."""
    words = process.run(["ffmpeg", "-version"], limits=PROBE_LIMITS).stdout.decode()
    found = re.match(r"ffmpeg version n?(\d+)\.", words)
    return int(found[1]) if found else 0


def missing(chain: str) -> Iterator[str]:
    """The filters of ``chain``, a description with options, that cannot be had here.

    None where FFmpeg does not say what it has in words that we know.
    """
    known = _known(shutil.which("ffmpeg") or "ffmpeg")
    wanted = dict.fromkeys(_NAME.findall(chain)) if known else ()
    yield from (name for name in wanted if name not in known)


@cache
def _known(program: str) -> frozenset[str]:
    """Asked once of each program."""
    said = process.run([program, "-hide_banner", "-filters"], limits=PROBE_LIMITS).stdout
    return frozenset(_LISTED.findall(said.decode("utf-8", "replace")))
