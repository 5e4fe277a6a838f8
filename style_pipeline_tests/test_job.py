"""The digest of a job names all that determines its pictures, and nothing else."""

from dataclasses import replace

import pytest

from style_pipeline import job
from style_pipeline.job import Encoding, Progress, StyleChoice, StyleJob
from style_pipeline.look import Look
from style_pipeline_tests.test_manifest import SHARDS

JOB = StyleJob(
    "v",
    "run",
    "m.json",
    "00",
    "frames",
    Look.parse("great-wave"),
    (StyleChoice("great-wave", "abc"),),
)


@pytest.mark.parametrize(
    "change",
    [
        {"frames_digest": "other"},
        {"look": Look.parse("the-scream"), "styles": (StyleChoice("the-scream", "abc"),)},
        {"styles": (StyleChoice("great-wave", "abd"),)},
        {"styles": (StyleChoice("great-wave", "abc", kind="any"),)},
        {"look": Look.parse("great-wave.strength_60")},
        {"look": Look.parse("great-wave.colours")},
        {"look": Look.parse("great-wave.scale_50")},
        {"encoding": Encoding(crf=18)},
        {"encoding": Encoding(crf=None, bit_rate=2_000_000)},
        {"threads_per_rank": 2},
        {"engine": "native-float32"},
    ],
)
def test_what_changes_a_pixel_changes_the_digest(change: dict[str, object]) -> None:
    assert replace(JOB, **change).digest != JOB.digest


@pytest.mark.parametrize("change", [{"video": "w"}, {"run_id": "later"}])
def test_another_run_of_the_same_work_finds_it(change: dict[str, object]) -> None:
    assert replace(JOB, **change).digest == JOB.digest


def test_how_a_bit_rate_is_kept_is_part_of_its_digest_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shards of a rate that was kept in another way are not mixed with ours; others stay found."""
    monkeypatch.setattr(job, "ENGINE_VERSION", 7)  # the last one that knew nothing of it
    rated = replace(JOB, encoding=Encoding(crf=None, bit_rate=2_000_000))
    before = JOB.digest, rated.digest
    monkeypatch.setattr(job, "RATE_VERSION", job.RATE_VERSION + 1)
    assert JOB.digest == before[0] == "b3fd9ea12dd33fd85ec3"
    assert rated.digest != before[1]


def test_a_shard_is_named_by_its_source_too() -> None:
    changed = replace(SHARDS[0], sha256="22")
    assert JOB.shard_digest(SHARDS[0]) != JOB.shard_digest(changed)
    assert JOB.styled_key(SHARDS[1]) == f"{JOB.prefix}shards/000001.mp4"


def test_travels_as_json() -> None:
    assert StyleJob.from_json(JOB.to_json()) == JOB


def test_progress_reads_as_a_sentence() -> None:
    assert str(Progress(5, 10, 2.5, 2.0)) == "5 of 10 frames, 2.5 per second, 2 s left"
    assert str(Progress(0, 10, 0.0, None)) == "0 of 10 frames, 0.0 per second"
