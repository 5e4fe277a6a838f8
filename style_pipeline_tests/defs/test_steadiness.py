"""Which frames the flicker score looks at, and that it can never cost anybody their video."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from style_pipeline.defs import facts
from style_pipeline.defs.steadiness import PAIRS, RUNS, Steadiness, chosen_runs, steadiness
from style_pipeline.job import Encoding
from style_pipeline.manifest import FrameManifest, FrameShard
from style_pipeline.quality.flicker import FlickerScore
from style_pipeline.worker.decoder import decode
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline_tests.sources import Source, make_source, video_format


def manifest_of(*counts: int) -> FrameManifest:
    """A manifest with shards of so many frames."""
    shards = tuple(
        FrameShard(i, sum(counts[:i]), count, f"shard-{i}", "0" * 64, 1)
        for i, count in enumerate(counts)
    )
    picture = video_format(frame_rate=Fraction(25))
    return FrameManifest("0" * 64, "digest", picture, tuple(range(sum(counts))), 1, shards)


def looked_at(manifest: FrameManifest) -> list[tuple[int, int]]:
    return [(shard.index, count) for shard, count in chosen_runs(manifest)]


@pytest.mark.parametrize(
    ("counts", "runs"),
    [
        ((1,), []),
        ((2,), [(0, 2)]),
        ((24,), [(0, 24)]),
        ((96,), [(0, PAIRS + 1)]),
        ((5, 5, 2), [(0, 5), (1, 5), (2, 2)]),
        ((24, 24, 1), [(0, 24), (1, 24)]),
        ((1, 1, 1), []),
    ],
)
def test_short_videos_are_looked_at_whole(
    counts: tuple[int, ...], runs: list[tuple[int, int]]
) -> None:
    assert looked_at(manifest_of(*counts)) == runs


def test_a_film_costs_no_more_than_a_clip() -> None:
    runs = looked_at(manifest_of(*[24] * 7200))
    assert len(runs) == RUNS
    assert sum(count - 1 for _, count in runs) == PAIRS
    assert [index for index, _ in runs] == [300 + 600 * i for i in range(RUNS)]


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return make_source(tmp_path, 8, 5)


def paint(source: Source, brighter: int) -> None:
    """Styled shards: the source's at half contrast, every second frame ``brighter`` by levels."""
    job, manifest = source.job(), source.manifest
    for shard in manifest.shards:
        encoder = ShardEncoder(manifest.format, Encoding(crf=0), Times.of(manifest, shard))
        content = source.store.read_bytes(shard.key)
        for number, picture in enumerate(decode(content, manifest.format, shard.count, shard.key)):
            encoder.add(picture // 2 + brighter * (number % 2))
        source.store.upload(encoder.finish(), job.styled_key(shard))


def levels(source: Source, brighter: int) -> float:
    paint(source, brighter)
    found = steadiness(source.store, source.manifest, source.job())
    assert (found.note, found.score.pairs + found.score.cuts) == ("", 4 + 2)
    assert found.score.levels is not None
    return found.score.levels


def test_flicker_in_painted_shards_is_measured(source: Source) -> None:
    assert levels(source, 0) < 1
    assert levels(source, 40) == pytest.approx(40, abs=3)


def test_a_missing_shard_is_a_note_not_an_error(source: Source) -> None:
    found = steadiness(source.store, source.manifest, source.job())
    assert found.score == FlickerScore()
    assert found.note.startswith("not measured: ")


def test_a_damaged_shard_is_a_note_not_an_error(source: Source) -> None:
    paint(source, 0)
    source.store.upload(b"damaged", source.job().styled_key(source.manifest.shards[1]))
    known = facts.flicker_facts(steadiness(source.store, source.manifest, source.job()))
    assert set(known) == {"flicker_pairs", "flicker_cuts_skipped", "flicker_note"}
    assert "decoding" in known["flicker_note"]


def test_a_single_frame_is_a_note(source: Source) -> None:
    single = replace(manifest_of(1), format=source.manifest.format)
    known = facts.flicker_facts(steadiness(source.store, single, source.job()))
    assert known["flicker_pairs"] == 0
    assert "two frames" in known["flicker_note"]


def test_only_cuts_are_a_note() -> None:
    known = facts.flicker_facts(Steadiness(FlickerScore(cuts=3), "not measured: cuts"))
    assert (known["flicker_cuts_skipped"], known["flicker_note"]) == (3, "not measured: cuts")


def test_numbers_are_told_rounded() -> None:
    known = facts.flicker_facts(Steadiness(FlickerScore(9, 1, 2.34567, 1.0)))
    assert known["flicker_levels"] == 1.346
    assert (known["flicker_levels_painted"], known["flicker_levels_source"]) == (2.346, 1.0)
