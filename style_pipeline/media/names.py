"""Whether streams are still called what they were called."""

from collections.abc import Iterator, Sequence

from style_pipeline.manifest import StreamTags
from style_pipeline.media.containers import Container
from style_pipeline.media.verdicts import Verdict, equal


def names(
    kind: str, wanted: Sequence[StreamTags], found: Sequence[StreamTags], container: Container
) -> Iterator[Verdict]:
    """Languages and titles, and which streams are the default."""
    for i, (ours, theirs) in enumerate(zip(wanted, found, strict=False)):
        yield equal(f"{kind} {i} language", ours.language, theirs.language)
        yield equal(f"{kind} {i} title", ours.title, theirs.title)
    if wanted:
        default = _defaults(wanted)
        if container.is_mp4 and not default:
            default = [0]  # an mp4 has no way to say that none is
        yield equal(f"{kind} default", default, _defaults(found))


def _defaults(tags: Sequence[StreamTags]) -> list[int]:
    return [i for i, one in enumerate(tags) if one.default]
