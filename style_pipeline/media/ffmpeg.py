"""The door to ``ffmpeg`` and ``ffprobe``: what may be opened, by which limits, and what went wrong.

Command lines are described with ffmpeg-python, which knows no types and stays in this module.
Whatever file is read, no protocol but plain local files is spoken, no container but those of
:data:`CONTAINERS` is parsed, and no picture above :data:`MAX_PIXELS` is decoded; a playlist or a
URL dressed up as a video leads nowhere.
"""

import json
import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ffmpeg

from style_pipeline import process
from style_pipeline.errors import MediaError, ScratchFull
from style_pipeline.process import Finished, Limits

CONTAINERS = ("mov", "matroska", "avi", "mpegts", "mpeg", "flv", "asf", "ogg", "nut", "mxf")
"""FFmpeg's names of the containers that we accept; ``mov`` is mp4 too, ``matroska`` also webm."""

MAX_PIXELS = 8192 * 4320
"""The largest picture: 8K."""

LIMITS = Limits(seconds=6 * 3600, memory_bytes=8 << 30, file_bytes=256 << 30)
"""What one run may use: generous for a long 4K video, an end for one that never ends."""

PROBE_LIMITS = Limits(seconds=300, memory_bytes=2 << 30, file_bytes=1 << 20)

_ERROR_CHARACTERS = 300

Options = Mapping[str, str | int | None]


_PLAIN_WORDS = {
    "moov atom not found": "its index is missing: it was cut off, or is no video",
    "Format not on whitelist": "its container is not one that we accept",
    "Invalid data found": "it holds data that FFmpeg cannot read",
}


@dataclass(frozen=True)
class Blame:
    """What to say when it fails: "could not <purpose>: <FFmpeg's words>; <remedy>"."""

    purpose: str
    remedy: str = "run it again"
    failure: type[MediaError] = MediaError

    def error(self, reason: str) -> MediaError:
        """The error to raise."""
        return self.failure(f"could not {self.purpose}: {reason}; {self.remedy}")


@dataclass(frozen=True)
class Input:
    """A file to read; ``options`` without their dash, None for a flag that takes no value."""

    path: Path
    options: Options = field(default_factory=dict)
    containers: Sequence[str] = CONTAINERS


@dataclass(frozen=True)
class Filtered:
    """What the filter ``name`` makes of one stream or of several."""

    of: Sequence["Stream"]
    name: str
    options: Options = field(default_factory=dict)


Stream = tuple[int, str] | Filtered
"""One of the inputs', as ``(input number, "v:0")``, or what filters make of them."""


@dataclass(frozen=True)
class Output:
    """A file to write; ``path`` may be a pattern where the muxer reads it as one."""

    path: Path
    streams: Sequence[Stream]
    options: Options = field(default_factory=dict)


def run(
    inputs: Sequence[Input],
    outputs: Sequence[Output],
    blame: Blame,
    *,
    limits: Limits = LIMITS,
) -> Finished:
    """Run ffmpeg once; it stops at the first error.

    Raises ``blame.failure`` with the end of FFmpeg's own words where it failed, ScratchFull where
    the disk is full, ProgramMissing and ProcessTimeout.
    """
    finished = process.run(_command(inputs, outputs), limits=limits)
    _raise_if_failed(finished, blame)
    return finished


def probe(path: Path, arguments: Sequence[str], blame: Blame) -> Finished:
    """Run ffprobe on ``path`` and return what it wrote; raises as :func:`run` does."""
    argv = ["ffprobe", "-v", "error", *_flat(_guarded(Input(path))), *arguments, f"file:{path}"]
    finished = process.run(argv, limits=PROBE_LIMITS)
    _raise_if_failed(finished, blame)
    return finished


def probe_json(path: Path, arguments: Sequence[str], blame: Blame) -> dict[str, Any]:
    """What ffprobe says about ``path``, as parsed JSON; raises as :func:`run` does."""
    finished = probe(path, [*arguments, "-of", "json"], blame)
    content: dict[str, Any] = json.loads(finished.stdout.decode("utf-8", "replace"))
    return content


def version() -> int:
    """The major version of the installed ffmpeg; 0 for a development build."""
    words = process.run(["ffmpeg", "-version"], limits=PROBE_LIMITS).stdout.decode()
    found = re.match(r"ffmpeg version n?(\d+)\.", words)
    return int(found[1]) if found else 0


def complaints(stderr: str) -> str:
    """The last words of FFmpeg in one short line, without its addresses and file names."""
    telling = [line for line in dict.fromkeys(map(_plain, stderr.splitlines())) if line]
    return "; ".join(telling[-2:])[-_ERROR_CHARACTERS:] or "FFmpeg did not say why"


def _command(inputs: Sequence[Input], outputs: Sequence[Output]) -> list[str]:
    opened = [ffmpeg.input(f"file:{item.path}", **_guarded(item)) for item in inputs]
    written = [
        ffmpeg.output(*(_stream(opened, s) for s in o.streams), f"file:{o.path}", **o.options)
        for o in outputs
    ]
    everything = ffmpeg.merge_outputs(*written) if len(written) > 1 else written[0]
    program, *arguments = ffmpeg.compile(everything)
    return [program, "-nostdin", "-hide_banner", "-v", "error", "-xerror", "-y", *arguments]


def _stream(opened: Sequence[Any], stream: Stream) -> Any:
    if isinstance(stream, Filtered):
        of = [_stream(opened, one) for one in stream.of]
        return ffmpeg.filter(of, stream.name, **stream.options)
    number, which = stream
    return opened[number][which]


def _guarded(item: Input) -> dict[str, str | int | None]:
    """An input's options with the locks on."""
    return {
        **item.options,
        "protocol_whitelist": "file",
        "format_whitelist": ",".join(item.containers),
        "max_pixels": MAX_PIXELS,
    }


def _flat(options: Options) -> list[str]:
    return [
        part
        for name, value in options.items()
        for part in ([f"-{name}"] if value is None else [f"-{name}", str(value)])
    ]


def _raise_if_failed(finished: Finished, blame: Blame) -> None:
    if finished.returncode == 0:
        return
    if "No space left on device" in finished.stderr:
        raise ScratchFull(
            f"could not {blame.purpose}: the disk is full; free some space and run it again"
        )
    raise blame.error(_reason(finished))


def _reason(finished: Finished) -> str:
    if finished.returncode == -signal.SIGXFSZ:
        return "a file grew past the limit"
    if finished.returncode < 0:
        name = signal.Signals(-finished.returncode).name
        return f"{finished.argv[0]} was ended by {name}, perhaps for want of memory"
    return complaints(finished.stderr)


def _plain(line: str) -> str:
    without_tags = re.sub(r"\[[^\]]*@ 0x[0-9a-f]+\]\s*", "", line)
    without_paths = re.sub(r"file:\S+:?\s*", "", without_tags)
    if without_paths.startswith("Conversion failed"):
        return ""
    known = (plain for words, plain in _PLAIN_WORDS.items() if words in without_paths)
    return next(known, "".join(char for char in without_paths if char.isprintable()).strip())
