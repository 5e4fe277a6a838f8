"""Whether subtitles, chapters and a file's tags came along."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from style_pipeline.media import ffmpeg
from style_pipeline.media.assemble import Parts, lead_of
from style_pipeline.media.company import EVERYWHERE, placed_chapters
from style_pipeline.media.containers import TEXT_SUBTITLES, Container
from style_pipeline.media.ffmpeg import Blame, Input, Output
from style_pipeline.media.names import names
from style_pipeline.media.probe import SourceProbe
from style_pipeline.media.streams import OtherStream
from style_pipeline.media.verdicts import TOLERANCE, Verdict, equal, near

_BLAME = Blame("read the subtitles of the finished video")

_ROUNDED = 2 * TOLERANCE
"""Subtitles are compared as text, in which both times are rounded to milliseconds."""

_CUE = re.compile(r"(\d+):(\d+):(\d+),(\d+) --> .*")


@dataclass(frozen=True)
class _Cues:
    """What is shown as text, and when, in seconds."""

    texts: tuple[str, ...]
    starts: tuple[Fraction, ...]


def verdicts(
    parts: Parts, container: Container, result: SourceProbe, finished: Path
) -> Iterator[Verdict]:
    """Subtitles one after the other, then chapters, then tags."""
    lead = lead_of(parts, container)
    wanted = [stream for stream, _ in parts.company.subtitles]
    found = [stream for stream in result.others if stream.kind == "subtitle"]
    yield equal("subtitles", len(wanted), len(found))
    for i, (ours, theirs) in enumerate(zip(wanted, found, strict=False)):
        yield from _text(i, (parts.company.source, ours), (finished, theirs), lead)
    yield from names("subtitle", [s.tags for s in wanted], [s.tags for s in found], container)
    yield from _chapters(parts, container, result, lead)
    yield from _tags(parts, result)


def _text(
    number: int, source: tuple[Path, OtherStream], result: tuple[Path, OtherStream], lead: Fraction
) -> Iterator[Verdict]:
    if source[1].codec not in TEXT_SUBTITLES:
        yield equal(f"subtitle {number} pictures", source[1].packets, result[1].packets)
        yield near(f"subtitle {number} starts at", source[1].start - lead, result[1].start)
        return
    ours, theirs = (_cues(path, stream) for path, stream in (source, result))
    yield equal(f"subtitle {number} texts", ours.texts, theirs.texts)
    moved = [abs(a - lead - b) for a, b in zip(ours.starts, theirs.starts, strict=False)]
    worst = max(moved, default=Fraction(0))
    yield near(f"subtitle {number} times moved by", Fraction(0), worst, _ROUNDED)


def _cues(path: Path, stream: OtherStream) -> _Cues:
    with tempfile.TemporaryDirectory(prefix="verify-", dir=path.parent) as folder:
        text = Path(folder) / "cues.srt"
        plain = Output(text, [(0, str(stream.stream_index))], {"c:s": "subrip", "f": "srt"})
        ffmpeg.run([Input(path, {"copyts": None})], [plain], _BLAME)
        return _parse(text.read_text(encoding="utf-8", errors="replace"))


def _parse(text: str) -> _Cues:
    """SubRip's cues, without the marks of their looks."""
    blocks = [block.splitlines() for block in re.split(r"\n\s*\n", text.strip()) if block]
    cues = [(match, lines[2:]) for lines in blocks if (match := _CUE.match("".join(lines[1:2])))]
    return _Cues(
        texts=tuple(re.sub(r"<[^>]*>|\{\\[^}]*\}", "", "\n".join(lines)) for _, lines in cues),
        starts=tuple(_seconds(match) for match, _ in cues),
    )


def _seconds(match: re.Match[str]) -> Fraction:
    hours, minutes, seconds, milliseconds = (int(digits) for digits in match.groups())
    return 3600 * hours + 60 * minutes + seconds + Fraction(milliseconds, 1000)


def _chapters(
    parts: Parts, container: Container, result: SourceProbe, lead: Fraction
) -> Iterator[Verdict]:
    said, found = parts.company.chapters, result.chapters
    wanted = list(placed_chapters(said, lead, container))
    yield equal("chapters", [c.title for c in wanted], [c.title for c in found])
    moved = [abs(ours.start - theirs.start) for ours, theirs in zip(wanted, found, strict=False)]
    if wanted:
        yield near("chapters moved by", Fraction(0), max(moved, default=Fraction(0)))
        first = near("first chapter", said[0].start - lead, wanted[0].start)
        if not first.kept:
            yield replace(first, kept=True, listed=True)


def _tags(parts: Parts, result: SourceProbe) -> Iterator[Verdict]:
    """Every tag of the source; containers may add their own.

    A place or a date may be written in another form, and some keys have no place at all: then the
    verdict lists what there is now. Those that every container holds must be the same.
    """
    found = dict(result.tags)
    for key, value in parts.company.tags:
        measured = found.get(key, "none")
        listed = measured != value and key not in EVERYWHERE
        yield Verdict(f"tag {key}", value, measured, measured == value or listed, listed)
