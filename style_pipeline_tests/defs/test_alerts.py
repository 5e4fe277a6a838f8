"""People are told of failures and of standstill, once each, and the address stays a secret."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from style_pipeline.defs import alerts
from style_pipeline.defs.alerts import STALL_SECONDS, Seen, watch
from style_pipeline.defs.assembly import definitions_for, style_definitions_for
from style_pipeline.defs.webhook import Webhook
from style_pipeline.errors import AlertError, ConfigurationError
from style_pipeline.settings import ALERT_URL, Settings
from style_pipeline_tests.defs.test_overview import KEY, Progress, grid, running

__all__ = ["grid"]


@dataclass
class Desk:
    """Somebody who listens on loopback; ``status`` is what they answer."""

    url: str = ""
    status: int = 200
    heard: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def desk() -> Iterator[Desk]:
    known = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            known.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(known.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{server.server_port}/hook?code=secret"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield known
    server.shutdown()
    server.server_close()


def test_a_failed_run_is_told_with_its_reason(instance: dg.DagsterInstance, desk: Desk) -> None:
    @dg.op
    def fail() -> None:
        raise dg.Failure("the frames are gone\nand more")

    @dg.job
    def paint() -> None:
        fail()

    ended = paint.execute_in_process(instance=instance, raise_on_error=False)
    context = dg.build_run_status_sensor_context(
        "failed_run_alert",
        dagster_instance=instance,
        dagster_run=ended.dagster_run,
        dagster_event=ended.get_run_failure_event(),
    ).for_run_failure()
    alerts.failed_run_alert(context, webhook=Webhook(desk.url))
    (message,) = desk.heard
    assert message["text"] == "paint failed: the frames are gone"
    assert message["run_id"] == ended.run_id


def test_a_run_that_does_not_move_is_told_once(
    grid: dg.DagsterInstance, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "STALL_SECONDS", 0.0)
    with running(grid, Progress(40, 96, 12.5, 4.0)):
        cursor = None
        for _ in range(3):
            context = dg.build_sensor_context(instance=grid, cursor=cursor)
            result = alerts.stalled_run_alert(context, webhook=Webhook(desk.url))
            assert isinstance(result, dg.SensorResult)
            cursor = result.cursor
    (message,) = desk.heard
    assert message["what"] == KEY
    assert message["event"] == "stalled"
    assert "styled_frames 40 of 96 frames" in message["reason"]


def test_another_rate_is_no_move(grid: dg.DagsterInstance, desk: Desk) -> None:
    def look(cursor: str | None) -> str | None:
        context = dg.build_sensor_context(instance=grid, cursor=cursor)
        result = alerts.stalled_run_alert(context, webhook=Webhook(desk.url))
        assert isinstance(result, dg.SensorResult)
        return result.cursor

    with running(grid, Progress(40, 96, 12.5, 4.0)) as say:
        first = look(None)
        say(Progress(40, 96, 3.1, 18.0))
        assert look(first) == first
        say(Progress(41, 96, 3.1, 18.0))
        assert look(first) != first


def test_runs_of_other_code_locations_are_told_too(
    settings: Settings, instance: dg.DagsterInstance, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ALERT_URL, desk.url)
    told = replace(settings, alerts=True)
    videos = definitions_for(told).get_repository_def()

    def tick(cursor: str | None) -> str | None:
        context = dg.build_sensor_context(
            instance=instance,
            cursor=cursor,
            repository_def=videos,
            repository_name="videos",
            resources={"webhook": Webhook(desk.url)},
        )
        return videos.get_sensor_def("failed_run_alert").evaluate_tick(context).cursor

    cursor = tick(None)
    instance.add_dynamic_partitions("style", ["nobody"])
    learn = style_definitions_for(told).resolve_job_def("learn_style")
    learn.execute_in_process(instance=instance, partition_key="nobody", raise_on_error=False)
    tick(cursor)
    (message,) = desk.heard
    assert message["what"] == "nobody"


def test_standstill_is_counted_from_the_last_move() -> None:
    seen = watch({}, {"run": "1 of 9"}, 0)
    seen = watch(seen, {"run": "2 of 9"}, STALL_SECONDS - 1)
    assert seen == {"run": Seen("2 of 9", STALL_SECONDS - 1)}
    assert not watch(seen, {"run": "2 of 9"}, 2 * STALL_SECONDS - 2)["run"].told
    stuck = watch(seen, {"run": "2 of 9"}, 2 * STALL_SECONDS - 1)
    assert stuck["run"].told
    assert not watch(stuck, {"run": "3 of 9"}, 3 * STALL_SECONDS)["run"].told
    assert watch(stuck, {}, 9 * STALL_SECONDS) == {}


def test_a_cursor_that_cannot_be_read_is_as_good_as_none(
    instance: dg.DagsterInstance, desk: Desk
) -> None:
    context = dg.build_sensor_context(instance=instance, cursor="?")
    result = alerts.stalled_run_alert(context, webhook=Webhook(desk.url))
    assert isinstance(result, dg.SensorResult)
    assert (result.cursor, desk.heard) == ("{}", [])


def test_a_hook_that_does_not_take_it_is_an_error_without_its_address(desk: Desk) -> None:
    desk.status = 410
    with pytest.raises(AlertError, match="could not be sent") as caught:
        Webhook(desk.url).tell({"text": "x"})
    assert "secret" not in str(caught.value) + repr(Webhook(desk.url))


@pytest.mark.parametrize("url", ["", "http://example.com/hook", "file:///etc/passwd"])
def test_alerts_go_out_encrypted_or_not_at_all(url: str) -> None:
    with pytest.raises(ConfigurationError, match="must start with https://"):
        Webhook(url)
