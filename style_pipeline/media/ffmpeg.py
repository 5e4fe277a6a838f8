"""The door to ``ffmpeg`` and ``ffprobe``: what may be opened, by which limits, and what went wrong.

Command lines are described with ffmpeg-python, which knows no types and stays in this module.
Whatever file is read, no protocol but plain local files is spoken, no container but those of
:data:`CONTAINERS` is parsed, and no picture above :data:`MAX_PIXELS` is decoded; a playlist or a
URL dressed up as a video leads nowhere. Every run has limits, an environment without secrets, and
where the machine allows it a room of its own (:mod:`style_pipeline.media.sandbox`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import ffmpeg

from style_pipeline import process
from style_pipeline.errors import MediaError, OutputFlood, ScratchFull
from style_pipeline.media import endings
from style_pipeline.media.sandbox import confined
from style_pipeline.process import Finished, Limits

CONTAINERS = ("mov", "matroska", "avi", "mpegts", "mpeg", "flv", "asf", "ogg", "nut", "mxf")
"""FFmpeg's names of the containers that we accept; ``mov`` is mp4 too, ``matroska`` also webm."""

MAX_PIXELS = 8192 * 4320
"""The largest picture: 8K."""

LIMITS = Limits(seconds=6 * 3600, memory_bytes=8 << 30, file_bytes=256 << 30, cpu_seconds=24 * 3600)
"""What one run may use: generous for a long 4K video, an end for one that never ends."""

PROBE_LIMITS = Limits(
    seconds=300, memory_bytes=2 << 30, file_bytes=1 << 20, cpu_seconds=300, output_bytes=64 << 20
)
"""And one look into a file; what it may say is enough for two million packets."""

_in_force: ContextVar[Limits] = ContextVar("what one run of FFmpeg may use", default=LIMITS)

Options = Mapping[str, str | int | None]


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
    """A file to read; ``options`` without their dash, None for a flag that takes no value.

    ``listed`` are the files of our own that it names, where it is a list of files.
    """

    path: Path
    options: Options = field(default_factory=dict)
    containers: Sequence[str] = CONTAINERS
    listed: Sequence[Path] = ()


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


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Holds every run inside the block to ``limits``; looks into a file have lower ones too."""
    before = _in_force.get()
    _in_force.set(limits)
    try:
        yield
    finally:
        _in_force.set(before)


def run(
    inputs: Sequence[Input], outputs: Sequence[Output], blame: Blame, *, forgiving: bool = False
) -> Finished:
    """Run ffmpeg once; it stops at the first error, or where ``forgiving`` goes on as it can.

    Raises ``blame.failure`` with the end of FFmpeg's own words where it failed, ScratchFull where
    the disk is full, ProgramMissing and ProcessTimeout.
    """
    reads = [_named(path, blame) for item in inputs for path in (item.path, *item.listed)]
    writes = [item.path.parent for item in outputs]
    errors = ["-max_error_rate", "1"] if forgiving else ["-xerror"]
    return _guarded_run(_command(inputs, outputs, errors), reads, writes, _in_force.get(), blame)


def probe(path: Path, arguments: Sequence[str], blame: Blame) -> Finished:
    """Run ffprobe on ``path`` and return what it wrote; raises as :func:`run` does."""
    named = f"file:{_named(path, blame).absolute()}"
    argv = ["ffprobe", "-v", "error", *_flat(_guarded(Input(path))), *arguments, named]
    return _guarded_run(argv, [path], [], _lower(PROBE_LIMITS, _in_force.get()), blame)


def probe_json(path: Path, arguments: Sequence[str], blame: Blame) -> dict[str, Any]:
    """What ffprobe says about ``path``, as parsed JSON; raises as :func:`run` does."""
    finished = probe(path, [*arguments, "-of", "json"], blame)
    try:
        content: dict[str, Any] = json.loads(finished.stdout.decode("utf-8", "replace"))
    except ValueError as error:
        raise blame.error("what FFmpeg says about it cannot be read") from error
    return content


def _command(
    inputs: Sequence[Input], outputs: Sequence[Output], errors: Sequence[str]
) -> list[str]:
    opened = [ffmpeg.input(f"file:{item.path.absolute()}", **_guarded(item)) for item in inputs]
    written = [
        ffmpeg.output(
            *(_stream(opened, s) for s in o.streams), f"file:{o.path.absolute()}", **o.options
        )
        for o in outputs
    ]
    everything = ffmpeg.merge_outputs(*written) if len(written) > 1 else written[0]
    program, *arguments = _with_unmapped(inputs, outputs, ffmpeg.compile(everything))
    return [program, "-nostdin", "-hide_banner", "-v", "error", *errors, "-y", *arguments]


def _with_unmapped(
    inputs: Sequence[Input], outputs: Sequence[Output], argv: list[str]
) -> list[str]:
    """``argv`` with the inputs that no stream is taken from, such as descriptions, as the last."""
    mapped = {number for output in outputs for stream in output.streams for number in _of(stream)}
    after = len(argv) - argv[::-1].index("-i") + 1
    unmapped = [item for number, item in enumerate(inputs) if number not in mapped]
    words = [[*_flat(_guarded(item)), "-i", f"file:{item.path.absolute()}"] for item in unmapped]
    return [*argv[:after], *(word for item in words for word in item), *argv[after:]]


def _of(stream: Stream) -> Iterator[int]:
    """The numbers of the inputs that a stream is made from."""
    if isinstance(stream, Filtered):
        for one in stream.of:
            yield from _of(one)
    else:
        yield stream[0]


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


def _named(path: Path, blame: Blame) -> Path:
    """``path`` itself, where its name is text at all."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise blame.failure(f"the name {path.name!a} is not Unicode; rename it") from error
    return path


def _guarded_run(
    argv: Sequence[str],
    reads: Sequence[Path],
    writes: Sequence[Path],
    limits: Limits,
    blame: Blame,
) -> Finished:
    room = confined(argv, map(Path.absolute, reads), map(Path.absolute, writes))
    try:
        finished = process.run(room, limits=limits)
    except OutputFlood as error:
        raise blame.error("it holds more packets than we list") from error
    _raise_if_failed(finished, argv[0], blame)
    return finished


def _lower(ours: Limits, others: Limits) -> Limits:
    """The stricter of two, limit by limit."""
    names = ("seconds", "memory_bytes", "cpu_seconds")
    pairs = {name: (getattr(ours, name), getattr(others, name)) for name in names}
    known = {name: [one for one in pair if one is not None] for name, pair in pairs.items()}
    return replace(ours, **{name: min(values, default=None) for name, values in known.items()})


def _raise_if_failed(finished: Finished, program: str, blame: Blame) -> None:
    if finished.returncode == 0:
        return
    if endings.disk_was_full(finished):
        raise ScratchFull(
            f"could not {blame.purpose}: the disk is full; free some space and run it again"
        )
    outsider = endings.outsider(finished)
    if outsider is not None:
        raise MediaError(
            f"could not {blame.purpose}: {program} was ended by {outsider}, perhaps for want of "
            "memory; run it again"
        )
    raise blame.error(endings.reason(finished))
