"""What travels with pictures and sound: subtitles, chapters, and what a file says about itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from style_pipeline.manifest import AudioManifest, StreamTags
from style_pipeline.media.containers import Container
from style_pipeline.media.probe import SourceProbe
from style_pipeline.media.streams import Chapter, OtherStream

_MICROSECONDS = 1_000_000

_ITUNES = frozenset(
    (
        "title", "artist", "album_artist", "composer", "album", "date", "comment", "genre",
        "copyright", "grouping", "lyrics", "description", "synopsis", "show", "episode_id",
        "network", "keywords", "creation_time",
    )
)  # fmt: skip
"""Tags for which an mp4 has a place that every player reads."""


@dataclass(frozen=True)
class Company:
    """What is taken from the ``source`` itself when the result is put together.

    ``subtitles`` are those that fit, each with the codec it is given (``copy`` for its own);
    ``chapters`` and ``tags`` as :class:`~style_pipeline.media.probe.SourceProbe` has them.
    """

    source: Path
    subtitles: tuple[tuple[OtherStream, str], ...] = ()
    chapters: tuple[Chapter, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()


EVERYWHERE = frozenset(("title", "artist", "album", "comment", "genre"))
"""Tags that every container of a result holds, word for word."""


def company(source: Path, probe: SourceProbe, container: Container) -> Company:
    """All that ``container`` can hold of what travels with a video."""
    fitting = ((stream, container.subtitle_codec(stream)) for stream in probe.others)
    subtitles = tuple((stream, codec) for stream, codec in fitting if codec)
    return Company(source, subtitles, probe.chapters, probe.tags)


def needs_free_tags(company: Company) -> bool:
    """Whether a tag is none of those for which an mp4 has a place of its own."""
    return not _ITUNES.issuperset(key for key, _ in company.tags)


def placed_chapters(
    chapters: Sequence[Chapter], lead: Fraction, container: Container
) -> Iterator[Chapter]:
    """Chapters on the result's clock, whose zero is ``lead`` on the source's.

    An mp4's chapters leave nothing out: the first begins with the file.
    """
    for number, chapter in enumerate(chapters):
        start, end = (max(Fraction(0), time - lead) for time in (chapter.start, chapter.end))
        at_zero = container.is_mp4 and number == 0
        yield Chapter(Fraction(0) if at_zero else start, end, chapter.title)


def write_description(
    company: Company, audio: AudioManifest, lead: Fraction, container: Container, path: Path
) -> None:
    """Write FFmpeg's description of a file: its tags, its streams', its chapters.

    Streams are the audio ones and then the subtitles, in order. ``lead`` is what the source's
    clock shows where the result's shows zero.
    """
    lines = [";FFMETADATA1", *(_tag(key, value) for key, value in company.tags)]
    streams = [track.tags for track in audio.tracks] + [s.tags for s, _ in company.subtitles]
    for tags in streams:
        lines += ["[STREAM]", *_stream_tags(tags, container)]
    lines += _chapters(placed_chapters(company.chapters, lead, container))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")


def _stream_tags(tags: StreamTags, container: Container) -> Iterator[str]:
    """An mp4 keeps a title only as the name of a stream's handler."""
    yield _tag("language", tags.language)
    if tags.title:
        yield _tag("handler_name" if container.is_mp4 else "title", tags.title)


def _chapters(chapters: Iterable[Chapter]) -> Iterator[str]:
    for chapter in chapters:
        start, end = (round(time * _MICROSECONDS) for time in (chapter.start, chapter.end))
        yield from ("[CHAPTER]", f"TIMEBASE=1/{_MICROSECONDS}", f"START={start}", f"END={end}")
        yield _tag("title", chapter.title)


def _tag(key: str, value: str) -> str:
    return f"{_escaped(key)}={_escaped(value)}"


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "=;#\\\n" else char for char in text.replace("\r", ""))
