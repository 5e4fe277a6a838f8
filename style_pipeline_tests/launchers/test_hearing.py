"""What a launcher makes of what it hears, and when it believes that a job succeeded."""

import pytest

from style_pipeline import layout
from style_pipeline.errors import StyleJobError
from style_pipeline.job import Progress, StyleJob
from style_pipeline.launchers.environment import rank_environment
from style_pipeline.launchers.listener import Listener
from style_pipeline.launchers.verdict import announce, conclude
from style_pipeline.manifest import StyleReport
from style_pipeline.messages import failure_line, wrap
from style_pipeline.worker.line import Line
from style_pipeline.worker.stopwatch import Stopwatch
from style_pipeline_tests.sources import Source
from style_pipeline_tests.worker.conftest import SourceFactory


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, msg: object) -> None:
        self.lines.append(str(msg))

    def warning(self, msg: object) -> None:
        self.lines.append(f"warning: {msg}")


def report(job: StyleJob) -> StyleReport:
    return StyleReport(job.digest, 3, 3, 3, 0, 1, 1.0, "cpu", ())


def paint_all(source: Source, job: StyleJob) -> None:
    stopwatch = Stopwatch(lambda: 0.0)
    line = Line(
        source.store, job, source.manifest, lambda: lambda frame: frame, lambda: None, stopwatch
    )
    assert len(list(line.run(source.manifest.shards))) == 3


def test_progress_goes_to_the_log_now_and_then_and_always_at_the_end() -> None:
    log = Log()
    listener = Listener(log)
    payloads = [wrap(Progress(done, 10, 1.0, None)) for done in (1, 2, 3, 10)]
    for count, now in enumerate([0.0, 1.0, 6.0, 7.0], start=1):
        listener.messages(payloads[:count], now)
    assert [line.split(" frames")[0] for line in log.lines] == ["1 of 10", "3 of 10", "10 of 10"]


def test_messages_that_are_not_ours_or_damaged_do_no_harm(source: SourceFactory) -> None:
    job = source(frames=3, shard_frames=1).job()
    log = Log()
    listener = Listener(log)
    damaged = {"kind": "style_pipeline.progress", "body": {"frames_done": "many"}}
    strangers = [None, 3, {"kind": "weather"}, {"kind": "style_pipeline.report"}, damaged]
    listener.messages([*strangers, wrap(report(job))], 0.0)
    assert listener.report == report(job)
    assert len(log.lines) == 2
    assert all(line.startswith("warning: a message of the worker") for line in log.lines)


def test_the_first_rank_that_fails_is_the_one_to_blame() -> None:
    listener = Listener(Log())
    listener.line("[1] all is well")
    assert listener.failure is None
    listener.line(f"[1] {failure_line(1, ValueError('paint ran out'))}")
    listener.line(f"[0] {failure_line(0, ValueError('I was told to stop'))}")
    assert listener.failure == "rank 1: ValueError: paint ran out"


def test_success_needs_a_report_and_every_shard(source: SourceFactory) -> None:
    whole = source(frames=3, shard_frames=1)
    job, store, manifest = whole.job(), whole.store, whole.manifest
    with pytest.raises(StyleJobError, match="3 of 3 styled shards are missing"):
        conclude(store, job, manifest, report(job))
    paint_all(whole, job)
    with pytest.raises(StyleJobError, match="without a report"):
        conclude(store, job, manifest, None)
    assert conclude(store, job, manifest, report(job)) == report(job)
    store.delete(layout.sidecar_key(job.styled_key(manifest.shards[1])))
    with pytest.raises(StyleJobError, match="the first is number 1"):
        conclude(store, job, manifest, report(job))


def test_a_report_lost_on_its_way_is_found_in_the_store(source: SourceFactory) -> None:
    whole = source(frames=3, shard_frames=1)
    job = whole.job()
    paint_all(whole, job)
    whole.store.upload(report(job).to_json(), layout.report_key(job.prefix))
    assert conclude(whole.store, job, whole.manifest, None) == report(job)
    announce(whole.store, job)
    with pytest.raises(StyleJobError, match="without a report"):
        conclude(whole.store, job, whole.manifest, None)


def test_a_rank_inherits_the_environment_and_is_told_its_threads() -> None:
    env = rank_environment({"HOME": "/home/me", "OMP_NUM_THREADS": "64"}, 2, {"PIPES": "x"})
    assert (env["HOME"], env["OMP_NUM_THREADS"], env["PIPES"]) == ("/home/me", "2", "x")
