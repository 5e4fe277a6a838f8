"""The whole worker on real MPI ranks: complete, identical on any number of them, resumable."""

import os
import random
import signal
import time
from dataclasses import replace

import pytest

from style_pipeline import layout
from style_pipeline.job import Encoding, StyleJob
from style_pipeline.launchers.verdict import announce, last_words
from style_pipeline.look import Look
from style_pipeline.messages import read_failure
from style_pipeline.style.engine import NATIVE, NATIVE_BFLOAT16
from style_pipeline.worker.finished import finished_shards
from style_pipeline_tests.mpi import Work, paint, working
from style_pipeline_tests.sources import Source
from style_pipeline_tests.worker.conftest import SourceFactory

ENDED_SECONDS = 10


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, dict[str, bytes]]:
    """What one undisturbed rank made of a source, by its size; filled as tests ask."""
    return {}


def reference(
    source: SourceFactory, undisturbed: dict[str, dict[str, bytes]], frames: int, shard_frames: int
) -> dict[str, bytes]:
    name = f"{frames} by {shard_frames}"
    if name not in undisturbed:
        whole = source(frames=frames, shard_frames=shard_frames)
        job = whole.job()
        report = paint(whole.store, job, ranks=1)
        assert (report.frames, report.shards_reused, report.world_size) == (frames, 0, 1)
        undisturbed[name] = whole.styled(job)
    return undisturbed[name]


@pytest.mark.parametrize("ranks", [2, 3, 16])
def test_299_frames_on_any_number_of_ranks_are_the_same_bytes(
    source: SourceFactory, undisturbed: dict[str, dict[str, bytes]], ranks: int
) -> None:
    expected = reference(source, undisturbed, 299, 24)
    assert len(expected) == 2 * 13
    whole = source(frames=299, shard_frames=24)
    job = whole.job()
    report = paint(whole.store, job, ranks)
    assert whole.styled(job) == expected
    assert sum(rank.frames for rank in report.ranks) == report.frames == 299
    assert [rank.rank for rank in report.ranks] == list(range(ranks))
    assert (report.shards_total, report.shards_styled, report.shards_reused) == (13, 13, 0)
    assert report.device == "cpu"


@pytest.mark.parametrize("chosen", [NATIVE, NATIVE_BFLOAT16])
def test_compiled_engines_too_paint_the_same_bytes_on_any_number_of_ranks(
    source: SourceFactory, chosen: str
) -> None:
    styled = []
    for ranks in (1, 3):
        whole = source(frames=9, shard_frames=2)
        job = replace(whole.job(), engine=chosen)
        announce(whole.store, job)
        report = paint(whole.store, job, ranks)
        styled.append(whole.styled(job))
        assert min(rank.peak_memory for rank in report.ranks) > 2**20
    assert len(styled[0]) == 2 * 5
    assert styled[0] == styled[1]


@pytest.mark.parametrize("bit_rate", [200_000, 9_000_000])
def test_a_bit_rate_too_gives_the_same_bytes_on_any_number_of_ranks(
    source: SourceFactory, bit_rate: int
) -> None:
    """And the report says how many shards could not have it."""
    styled = []
    for ranks in (1, 3):
        whole = source(frames=9, shard_frames=2)
        encoding = Encoding(crf=None, preset="ultrafast", bit_rate=bit_rate)
        job = replace(whole.job(), encoding=encoding)
        announce(whole.store, job)
        report = paint(whole.store, job, ranks)
        styled.append(whole.styled(job))
        missed = [note for note in report.notes if note.startswith("5 shards take less than")]
        assert len(missed) == len(report.notes) == (bit_rate > 1_000_000)
    assert len(styled[0]) == 2 * 5
    assert styled[0] == styled[1]


def test_3_frames_on_4_ranks(
    source: SourceFactory, undisturbed: dict[str, dict[str, bytes]]
) -> None:
    expected = reference(source, undisturbed, 3, 1)
    whole = source(frames=3, shard_frames=1)
    job = whole.job()
    report = paint(whole.store, job, ranks=4)
    assert whole.styled(job) == expected
    assert sum(rank.frames for rank in report.ranks) == 3


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_killed_and_run_again_only_what_is_missing_is_painted(
    source: SourceFactory, undisturbed: dict[str, dict[str, bytes]], seed: int
) -> None:
    """Odd seeds kill one rank, even seeds the whole job; on 2 ranks, resumed on 1 or 3."""
    expected = reference(source, undisturbed, 240, 4)
    chance = random.Random(seed)
    whole = source(frames=240, shard_frames=4)
    job = whole.job()
    with working(whole.store, job, ranks=2) as work:
        wait_for_shards(whole, job, work, chance.randint(1, 40))
        kill(work, chance, everything=seed % 2 == 0)
        assert work.running.wait(ENDED_SECONDS) not in (None, 0), work.lines
    wait_until_gone(work)
    done = finished_shards(whole.store, job, whole.manifest.shards)
    assert 0 < len(done) < 60
    before = modified(whole, job, done)

    report = paint(whole.store, job, ranks=chance.choice([1, 3]))
    assert (report.shards_styled, report.shards_reused) == (60 - len(done), len(done))
    assert modified(whole, job, done) == before
    assert whole.styled(job) == expected


def wait_for_shards(source: Source, job: StyleJob, work: Work, number: int) -> None:
    folder = source.folder / job.prefix / "shards"
    while not folder.is_dir() or len(list(folder.glob("*.json"))) < number:
        assert work.running.poll() is None, work.lines
        time.sleep(0.002)


def kill(work: Work, chance: random.Random, *, everything: bool) -> None:
    ranks = work.pids()
    assert len(ranks) == 2
    for pid in [work.running.pid, *ranks] if everything else [chance.choice(ranks)]:
        os.kill(pid, signal.SIGKILL)


def wait_until_gone(work: Work) -> None:
    until = time.monotonic() + ENDED_SECONDS
    while work.pids() and time.monotonic() < until:
        time.sleep(0.05)
    assert work.pids() == []


def modified(source: Source, job: StyleJob, shards: frozenset[int]) -> list[object]:
    keys = [job.styled_key(shard) for shard in source.manifest.shards if shard.index in shards]
    return [source.store.stat(key).modified for key in keys]


def test_a_finished_job_opens_no_network_and_a_damaged_shard_is_painted_again(
    source: SourceFactory, undisturbed: dict[str, dict[str, bytes]]
) -> None:
    expected = reference(source, undisturbed, 3, 1)
    whole = source(frames=3, shard_frames=1)
    job = whole.job()
    for key, content in expected.items():
        whole.store.upload(content, key)
    again = paint(whole.store, job, ranks=2)
    assert (again.shards_reused, again.device) == (3, "none")
    assert all("load" not in rank.seconds for rank in again.ranks)

    key = job.styled_key(whole.manifest.shards[1])
    whole.store.upload(expected[key][::-1], key)
    healed = paint(whole.store, job, ranks=2)
    assert (healed.shards_styled, healed.shards_reused, healed.device) == (1, 2, "cpu")
    assert whole.styled(job) == expected


def test_other_parameters_never_meet_finished_shards(source: SourceFactory) -> None:
    whole = source(frames=3, shard_frames=1)
    job = whole.job()
    paint(whole.store, job, ranks=1)
    other = replace(job, encoding=replace(job.encoding, crf=30))
    whole.store.upload(other.to_json(), layout.job_key(other.prefix))
    assert paint(whole.store, other, ranks=1).shards_styled == 3
    assert set(whole.styled(other)).isdisjoint(whole.styled(job))


def test_a_rank_that_fails_ends_the_job_and_says_why(source: SourceFactory) -> None:
    whole = source(frames=9, shard_frames=1)
    job = whole.job()
    whole.store.upload(b"no shard", whole.manifest.shards[4].key)
    with working(whole.store, job, ranks=3) as work:
        code = work.running.wait(60)
    assert code == 1
    reason = why(whole, job)
    assert "MediaError" in reason
    assert "000004.nut is not the shard that its manifest describes" in reason
    announce(whole.store, job)
    assert list(last_words(whole.store, job)) == []
    wait_until_gone(work)


@pytest.mark.parametrize(
    ("wrong", "code", "reason"),
    [
        ({"sha256": "0" * 64}, 2, "CheckpointError"),
        ({"name": "nonesuch"}, 2, "UnknownStyle"),
        ({"key": "styles/nowhere/checkpoint.safetensors"}, 1, "ObjectMissing"),
    ],
)
def test_a_style_that_cannot_be_painted(
    source: SourceFactory, wrong: dict[str, str], code: int, reason: str
) -> None:
    whole = source(frames=3, shard_frames=1)
    job = whole.job()
    style = replace(job.styles[0], **wrong)
    job = replace(job, look=Look.parse(style.name), styles=(style,))
    whole.store.upload(job.to_json(), layout.job_key(job.prefix))
    with working(whole.store, job, ranks=1) as work:
        assert work.running.wait(60) == code
    assert reason in why(whole, job)


def why(source: Source, job: StyleJob) -> str:
    """What a failed rank left in the store: what it wrote to stderr may be lost with mpiexec."""
    account = list(last_words(source.store, job))
    assert account[0].startswith("Traceback")
    return str(read_failure(account[-1]))


def test_a_manifest_that_changed_after_the_job_was_made(source: SourceFactory) -> None:
    whole = source(frames=3, shard_frames=1)
    job = whole.job()
    whole.store.upload(whole.manifest.to_json() + b" ", job.manifest_key)
    with working(whole.store, job, ranks=2) as work:
        assert work.running.wait(60) == 1
    assert "materialise the frames again" in why(whole, job)
