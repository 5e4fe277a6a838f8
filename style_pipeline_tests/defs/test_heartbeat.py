"""The platform says every minute that it lives and what lies before it; alerts ask for no more."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.definitions.sensor_definition import SensorType
from dagster._core.remote_origin import (
    InProcessCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._utils.error import SerializableErrorInfo

from infra.checks.configuration import load, texts
from style_pipeline.defs import alerts
from style_pipeline.defs.heartbeat import failing_sensors, heartbeat_sensor
from style_pipeline.defs.traces import trace_of
from style_pipeline.job import Progress
from style_pipeline.settings import INSIGHTS, TRACES
from style_pipeline.store import MediaStore
from style_pipeline.telemetry import open_telemetry
from style_pipeline_tests.defs.test_overview import grid, running
from style_pipeline_tests.defs.test_traces import Insights, ended, insights, numbers
from style_pipeline_tests.infra.copies import INFRA

__all__ = ["ended", "grid", "insights"]

ERROR = SerializableErrorInfo("the store cannot be reached", [], "StoreError")


def beat(instance: dg.DagsterInstance, file: Path, cursor: str | None) -> tuple[Any, str | None]:
    """What was sent, as ``{name: value}``, and the sensor's cursor."""
    with open_telemetry({TRACES: str(file)}) as telemetry:
        context = dg.build_sensor_context(instance=instance, cursor=cursor)
        result = heartbeat_sensor(context, telemetry=telemetry)
    assert isinstance(result, dg.SensorResult)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    sent = {name: point["value"] for name, point in numbers(lines).items()}
    return {name.removeprefix("style_pipeline."): value for name, value in sent.items()}, (
        result.cursor
    )


def test_a_beat_tells_what_waits_is_at_work_and_does_not_move(
    grid: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet, cursor = beat(grid, tmp_path / "quiet", None)
    assert quiet == {"waiting": 0, "at_work": 0, "stuck": 0, "failing_sensors": 0}

    @dg.job
    def anything() -> None: ...

    grid.create_run_for_job(anything, status=dg.DagsterRunStatus.NOT_STARTED)
    with running(grid, Progress(40, 96, 12.5, 4.0)):
        busy, cursor = beat(grid, tmp_path / "busy", cursor)
        assert (busy["waiting"], busy["at_work"], busy["stuck"]) == (1, 1, 0)
        monkeypatch.setattr(alerts, "STALL_SECONDS", 0.0)
        stuck, _ = beat(grid, tmp_path / "stuck", cursor)
    assert stuck["stuck"] == 1


def look(instance: dg.DagsterInstance, status: TickStatus, when: float) -> None:
    """A sensor that has looked once, as the daemon would have written it down."""
    target = LoadableTargetOrigin(module_name="style_pipeline.definitions")
    location = InProcessCodeLocationOrigin(target, location_name="style_pipeline")
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), "looking")
    known = SensorInstigatorData(sensor_type=SensorType.STANDARD)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, known)
    if instance.get_instigator_state(state.instigator_origin_id, state.selector_id) is None:
        instance.add_instigator_state(state)
    instance.create_tick(
        TickData(
            instigator_origin_id=state.instigator_origin_id,
            instigator_name="looking",
            instigator_type=InstigatorType.SENSOR,
            status=status,
            error=ERROR if status is TickStatus.FAILURE else None,
            timestamp=when,
            selector_id=state.selector_id,
        )
    )


def test_a_sensor_fails_until_it_has_looked_again(instance: dg.DagsterInstance) -> None:
    now = datetime.now(UTC)
    assert failing_sensors(instance, now) == 0
    look(instance, TickStatus.FAILURE, now.timestamp() - 3600)
    assert failing_sensors(instance, now) == 0, "of a sensor that is gone"
    look(instance, TickStatus.FAILURE, now.timestamp() - 60)
    look(instance, TickStatus.STARTED, now.timestamp() - 2)
    assert failing_sensors(instance, now) == 1
    look(instance, TickStatus.SKIPPED, now.timestamp() - 1)
    assert failing_sensors(instance, now) == 0


@pytest.fixture
def sent(
    instance: dg.DagsterInstance, store: MediaStore, ended: dg.RunRecord, insights: Insights
) -> list[dict[str, Any]]:
    """All that Application Insights gets of a run and of a beat."""
    with open_telemetry({INSIGHTS: insights.connection_string}) as telemetry:
        telemetry.send(trace_of(instance, store, ended))
        heartbeat_sensor(dg.build_sensor_context(instance=instance), telemetry=telemetry)
    return [item["data"] for item in insights.taken]


def queries() -> Iterator[str]:
    """Every query in infra/: of alerts and of the dashboard."""
    values = load(INFRA).locals
    for each in (*values["alerts"].values(), *values["charts"]):
        yield each["query"]


def asked_for(query: str) -> tuple[str, set[str], set[str], set[str]]:
    """A query's table, the names in it, what names begin with, and the properties."""
    table, names = query.split()[0], set(re.findall(r'Name (?:== |in \()"([^"]+)"', query))
    names |= set(re.findall(r', "(style_pipeline[^"]+)"', query))
    begins = set(re.findall(r'Name startswith "([^"]+)"', query))
    return table, names, begins, set(re.findall(r'Properties\["([^"]+)"\]', query))


def test_alerts_and_dashboard_ask_for_what_is_sent(sent: list[dict[str, Any]]) -> None:
    metrics = {
        metric["name"]: data["baseData"]["properties"].keys()
        for data in sent
        if data["baseType"] == "MetricData"
        for metric in data["baseData"]["metrics"]
    }
    spans = {
        data["baseData"]["name"]: data["baseData"]["properties"].keys()
        for data in sent
        if data["baseType"] == "RemoteDependencyData"
    }
    tables = {"AppMetrics": metrics, "AppDependencies": spans}
    found = list(map(asked_for, queries()))
    assert len(found) >= 15
    for table, names, begins, properties in found:
        there = tables[table]
        assert names or begins
        assert names <= there.keys()
        meant = {name for name in there if name in names or name.startswith(tuple(begins) or "\0")}
        assert all(any(name.startswith(each) for name in there) for each in begins)
        assert all(properties <= there[name] for name in meant), (names or begins, properties)


def test_no_name_is_asked_for_in_a_way_that_the_test_does_not_see() -> None:
    for query in queries():
        _, names, _, properties = asked_for(query)
        assert set(re.findall(r'"(style_pipeline\.[^"]+)"', query)) == {
            name for name in names | properties if name.startswith("style_pipeline.")
        }


def test_every_query_of_an_alert_gives_the_number_that_its_rule_looks_at() -> None:
    found = load(INFRA)
    (rule,) = found.of_type("azurerm_monitor_scheduled_query_rules_alert_v2")
    column = rule.block("criteria")["metric_measure_column"]
    for each in found.locals["alerts"].values():
        assert re.search(rf"summarize {column} = ", each["query"])
    states = set(re.findall(r'== "([A-Z]+)"', " ".join(texts(found.locals["alerts"]))))
    assert states == {dg.DagsterRunStatus.FAILURE.value}
