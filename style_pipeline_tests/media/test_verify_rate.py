"""What the finished file takes, beside what was asked for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from style_pipeline.media.probe import SourceProbe, probe
from style_pipeline.media.verdicts import Verdict, word
from style_pipeline.media.verify import verify
from style_pipeline.media.verify_rate import verdicts
from style_pipeline_tests.media.painted import Painted, painted

ClipFactory = Callable[..., Path]
RATE = 300_000


def rated(clip: ClipFactory, folder: Path) -> tuple[Painted, SourceProbe]:
    """Shards of 8, 8, 8 and 6 frames, the finished file, and what is read of it."""
    source = clip("rated.mp4", rate=24, frames=30, size=(160, 120))
    result = painted(source, folder, bit_rate=RATE)
    return result, probe(result.path)


def verdict(result: Painted) -> Verdict:
    (found,) = (
        v for v in verify(result.parts, result.container, result.path) if "bit" in v.property
    )
    return found


def test_a_rate_that_was_kept(clip: ClipFactory, tmp_path: Path) -> None:
    result, _ = rated(clip, tmp_path)
    found = verdict(result)
    assert (found.property, word(found)) == ("bit rate", "kept")
    assert found.expected == "300,000 bit/s, each shard within 10%"
    measured = int(found.measured.partition(" bit/s")[0].replace(",", ""))
    assert 0.9 * RATE <= measured <= 1.1 * RATE


def test_shards_that_miss_are_listed_with_numbers(clip: ClipFactory, tmp_path: Path) -> None:
    result, found = rated(clip, tmp_path)
    grown = replace(
        found,
        packet_sizes=tuple(s * 2 if 8 <= i < 16 else s for i, s in enumerate(found.packet_sizes)),
    )
    (seen,) = verdicts(result.parts, grown)
    assert word(seen) == "listed"
    assert seen.measured.endswith("; 1 of 4 cannot be encoded any nearer")


def test_a_quality_is_not_weighed(clip: ClipFactory, tmp_path: Path) -> None:
    result, found = rated(clip, tmp_path)
    assert list(verdicts(replace(result.parts, bit_rate=None), found)) == []
    assert sum(found.packet_sizes) < result.path.stat().st_size
    assert len(found.packet_sizes) == 30
