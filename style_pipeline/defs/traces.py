"""One trace per run: what a video went through, from the request to the published file.

It is read from Dagster's records after the run, whatever became of it: so it costs the run nothing,
survives what the run did not, and is there for runs from the command line too.
"""

from collections.abc import Iterator, Sequence

import dagster as dg
from dagster import DagsterInstance, EventLogEntry, RunRecord

from style_pipeline import layout
from style_pipeline.defs import partitions
from style_pipeline.errors import ManifestError, ObjectMissing
from style_pipeline.manifest import StyleReport
from style_pipeline.store import MediaStore
from style_pipeline.telemetry.trace import Attributes, Span, Trace

_BEGINS = ("STEP_START", "STEP_RESTARTED")
_ENDS = ("STEP_SUCCESS", "STEP_FAILURE", "STEP_UP_FOR_RETRY")


def trace_of(instance: DagsterInstance, store: MediaStore, record: RunRecord) -> Trace:
    """The trace of a run that has ended."""
    run = record.dagster_run
    asked = record.create_timestamp.timestamp()
    began = record.start_time or asked
    ended = record.end_time or record.update_timestamp.timestamp()
    style, video = partitions.of_run(run)
    known: Attributes = {"style": style, "video": video, "status": run.status.value}
    root = Span((), asked, ended, run.status == dg.DagsterRunStatus.SUCCESS, known)
    steps = tuple(_steps(instance.all_logs(run.run_id), ended))
    shards = (shard for step in steps for shard in _shards(step, store))
    return Trace(run.run_id, (root, Span(("queue",), asked, began), *steps, *shards))


def _steps(log: Sequence[EventLogEntry], ended: float) -> Iterator[Span]:
    """Every attempt at every asset; one that never ended ended with the run."""
    begun: dict[str, float] = {}
    attempts: dict[str, int] = {}
    facts: dict[str, Attributes] = {}
    for entry in log:
        kind, step = entry.dagster_event_type, entry.step_key or ""
        if entry.asset_materialization is not None:
            facts[step] = _facts(entry.asset_materialization)
        if kind is None:
            continue
        if kind.value in _BEGINS:
            begun[step] = entry.timestamp
            attempts[step] = attempts.get(step, 0) + 1
        elif kind.value in _ENDS and step in begun:
            well = kind.value == "STEP_SUCCESS"
            known = {"attempt": attempts[step], **(facts.get(step, {}) if well else {})}
            yield Span(_path(step, attempts[step]), begun.pop(step), entry.timestamp, well, known)
    for step, start in begun.items():
        yield Span(_path(step, attempts[step]), start, ended, False, {"attempt": attempts[step]})


def _path(step: str, attempt: int) -> tuple[str]:
    return (step,) if attempt == 1 else (f"{step}, attempt {attempt}",)


def _shards(step: Span, store: MediaStore) -> Iterator[Span]:
    """Every shard that the job of a step has painted, on its rank; none where it had no job."""
    prefix = step.attributes.get("job")
    if prefix is None:
        return
    try:
        report = StyleReport.from_json(store.read_bytes(layout.report_key(str(prefix))))
    except (ObjectMissing, ManifestError):
        return
    for rank in report.ranks:
        for time in rank.shard_times:
            known: Attributes = {"rank": rank.rank, "host": rank.host, "frames": time.frames}
            path = (*step.path, f"shard {time.index}")
            yield Span(path, time.began, time.began + time.seconds, True, known)


def _facts(made: dg.AssetMaterialization) -> Attributes:
    """What the metadata say in a word or a number."""
    values = {name: value.value for name, value in made.metadata.items()}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, int | float) or (isinstance(value, str) and len(value) < 200)
    }
