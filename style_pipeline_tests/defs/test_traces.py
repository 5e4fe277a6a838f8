"""A run's trace holds its wait, every attempt, every shard; it is sent once, or tried again."""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from style_pipeline import layout
from style_pipeline.defs import partitions
from style_pipeline.defs.facts import style_facts
from style_pipeline.defs.failures import MAX_RETRIES
from style_pipeline.defs.traces import trace_of
from style_pipeline.defs.tracing import trace_sensor
from style_pipeline.errors import TelemetryError
from style_pipeline.layout import Upload
from style_pipeline.manifest import RankReport, ShardTime, StyleReport
from style_pipeline.settings import INSIGHTS, TRACES
from style_pipeline.store import MediaStore
from style_pipeline.telemetry import Trace, open_telemetry
from style_pipeline_tests.test_job import JOB
from style_pipeline_tests.test_manifest import MANIFEST

UPLOAD = Upload("tahiti", "holiday.mp4")
TIMES = (ShardTime(0, 24, 1000.0, 2.5), ShardTime(2, 12, 1002.5, 1.5))


@pytest.fixture
def ended(instance: dg.DagsterInstance, store: MediaStore) -> dg.RunRecord:
    """A run whose painting failed once, and whose worker left a report."""
    rank = RankReport(1, "node-1", 36, 2, 4.0, {}, TIMES)
    report = StyleReport("digest", 36, 3, 2, 1, 2, 4.0, "cpu", (rank,), (), 0.5, 0.25)
    store.upload(report.to_json(), layout.report_key(JOB.prefix))
    facts = style_facts(JOB, MANIFEST, report)
    partitions.register(instance, UPLOAD)

    @dg.asset(partitions_def=partitions.grid)
    def styled_frames(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        if context.retry_number == 0:
            raise dg.RetryRequested(MAX_RETRIES, 0)
        return dg.MaterializeResult(metadata=facts)

    key = partitions.key_of(UPLOAD)
    dg.materialize([styled_frames], instance=instance, partition_key=key)
    (record,) = instance.get_run_records()
    return record


def test_a_trace_holds_the_wait_the_attempts_and_the_shards(
    instance: dg.DagsterInstance, store: MediaStore, ended: dg.RunRecord
) -> None:
    trace = trace_of(instance, store, ended)
    spans = {span.path: span for span in trace.spans}
    assert list(spans) == [
        (),
        ("queue",),
        ("styled_frames",),
        ("styled_frames, attempt 2",),
        ("styled_frames, attempt 2", "shard 0"),
        ("styled_frames, attempt 2", "shard 2"),
    ]
    assert trace.root.attributes["status"] == "SUCCESS"
    assert f"{trace.root.attributes['style']}|{trace.root.attributes['video']}" == (
        partitions.key_of(UPLOAD)
    )
    first, second = spans["styled_frames",], spans["styled_frames, attempt 2",]
    assert (first.well, second.well) == (False, True)
    assert second.attributes["frames_per_second"] == 9.0
    assert trace.root.start <= first.start <= first.end <= second.start <= second.end
    shard = spans["styled_frames, attempt 2", "shard 2"]
    assert (shard.start, shard.end, shard.attributes["rank"]) == (1002.5, 1004.0, 1)


def test_a_trace_becomes_spans_and_metrics_of_opentelemetry(
    instance: dg.DagsterInstance, store: MediaStore, ended: dg.RunRecord, tmp_path: Path
) -> None:
    trace = trace_of(instance, store, ended)
    for _ in range(2):
        with open_telemetry({TRACES: str(tmp_path / "traces")}) as telemetry:
            telemetry.send(trace)
    lines = [json.loads(line) for line in (tmp_path / "traces").read_text().splitlines()]
    spans = [line for line in lines if "context" in line]
    assert len({span["context"]["trace_id"] for span in spans}) == 1
    ids = [span["context"]["span_id"] for span in spans]
    assert (len(ids), len(set(ids))) == (2 * len(trace.spans), len(trace.spans))
    assert {span["parent_id"] for span in spans} - {None} <= set(ids)
    named = {span["name"]: span for span in spans}
    assert named["shard 2"]["attributes"]["style_pipeline.host"] == "node-1"
    assert named["styled_frames"]["status"]["status_code"] == "ERROR"
    metrics = numbers(lines)
    assert metrics["style_pipeline.videos"]["value"] == 1
    assert metrics["style_pipeline.retries"]["value"] == 1
    assert metrics["style_pipeline.cost"]["sum"] == 0.25


def numbers(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The last data point of each metric."""
    return {
        metric["name"]: metric["data"]["data_points"][-1]
        for line in lines
        for resource in line.get("resource_metrics", [])
        for scope in resource["scope_metrics"]
        for metric in scope["metrics"]
    }


@pytest.mark.usefixtures("ended")
def test_every_run_is_sent_once(
    instance: dg.DagsterInstance, store: MediaStore, tmp_path: Path
) -> None:
    said, cursor = [], None
    with open_telemetry({TRACES: str(tmp_path / "traces")}) as telemetry:
        for _ in range(3):
            context = dg.build_sensor_context(instance=instance, cursor=cursor)
            result = trace_sensor(context, store=store, telemetry=telemetry)
            assert isinstance(result, dg.SensorResult)
            said.append(result.skip_reason and result.skip_reason.skip_message)
            cursor = result.cursor
    assert said == ["1 traces sent", "0 traces sent", "0 traces sent"]


class Insights:
    """Application Insights on loopback, as far as taking telemetry goes."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.status = 200
        known = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                items = json.loads(body)
                known.taken += items if known.status == 200 else []
                answer = {"itemsReceived": len(items), "itemsAccepted": len(items), "errors": []}
                self.send_response(known.status)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def connection_string(self) -> str:
        key = "InstrumentationKey=11111111-2222-3333-4444-555555555555"
        return f"{key};IngestionEndpoint=http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def insights() -> Iterator[Insights]:
    service = Insights()
    yield service
    service.server.shutdown()
    service.server.server_close()


def send(trace: Trace, insights: Insights) -> None:
    with open_telemetry({INSIGHTS: insights.connection_string}) as telemetry:
        telemetry.send(trace)


def test_application_insights_takes_it(
    instance: dg.DagsterInstance,
    store: MediaStore,
    ended: dg.RunRecord,
    insights: Insights,
    caplog: pytest.LogCaptureFixture,
) -> None:
    trace = trace_of(instance, store, ended)
    send(trace, insights)
    assert [said for said in caplog.records if said.levelno >= logging.ERROR] == []
    kinds = [item["data"]["baseType"] for item in insights.taken]
    assert kinds.count("RemoteDependencyData") == len(trace.spans)
    assert "MetricData" in kinds
    operations = {
        item["tags"]["ai.operation.id"]
        for item in insights.taken
        if item["data"]["baseType"] == "RemoteDependencyData"
    }
    assert len(operations) == 1


def test_what_is_not_taken_is_an_error(
    instance: dg.DagsterInstance, store: MediaStore, ended: dg.RunRecord, insights: Insights
) -> None:
    insights.status = 400
    with pytest.raises(TelemetryError, match=f"the trace of run {ended.dagster_run.run_id}"):
        send(trace_of(instance, store, ended), insights)


ALONE = """
import json, sys, threading
looked_up = []
def heard(event, arguments):
    if event == "socket.getaddrinfo":
        looked_up.append(arguments[0])
sys.addaudithook(heard)
from style_pipeline.telemetry import Span, Trace, open_telemetry
with open_telemetry({sys.argv[1]: sys.argv[2]}) as telemetry:
    if "127.0.0.1" in sys.argv[2]:
        telemetry.send(Trace("run", (Span((), 1.0, 2.0, True, {"status": "SUCCESS"}),)))
    working = [each.name for each in threading.enumerate()]
left = [each.name for each in threading.enumerate()]
print(json.dumps([sorted({*working}), left, sorted({*looked_up})]))
"""
STORAGES = ["AzureMonitorMetricExporter Storage", "AzureMonitorTraceExporter Storage"]
REGIONAL = (
    "InstrumentationKey=11111111-2222-3333-4444-555555555555;"
    "IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/"
)


def alone(connection: str, **environ: str) -> list[list[str]]:
    """The threads while a fresh interpreter sends, those it leaves, and the hosts it looked up."""
    argv = [sys.executable, "-c", ALONE, INSIGHTS, connection]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(argv, env=kept | environ, capture_output=True, text=True, check=True)
    found: list[list[str]] = json.loads(done.stdout)
    return found


def test_nobody_else_is_told_anything(insights: Insights) -> None:
    """Azure's exporter would ask and tell Microsoft, in threads of its own, some seconds later."""
    quiet = [*STORAGES, "MainThread"]
    assert alone(insights.connection_string) == [quiet, ["MainThread"], ["127.0.0.1"]]
    assert alone(REGIONAL) == [quiet, ["MainThread"], []], "nothing was to be sent"


@pytest.mark.parametrize(
    ("name", "thread"),
    [
        ("CONTROLPLANE_DISABLED", "ConfigurationWorker"),
        ("STATSBEAT_DISABLED_ALL", "OtelPeriodicExportingMetricReader"),
        ("SDKSTATS_DISABLED", "OtelPeriodicExportingMetricReader"),
    ],
)
def test_it_would_be_seen_if_somebody_were_told(name: str, thread: str) -> None:
    working, *_ = alone(REGIONAL, **{f"APPLICATIONINSIGHTS_{name}": "false"})
    assert thread in working
