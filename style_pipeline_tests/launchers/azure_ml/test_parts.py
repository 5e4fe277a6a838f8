"""The launcher's parts, each by itself."""

import json
from itertools import islice
from typing import Any

import pytest
from azure.ai.ml._restclient.arm_ml_service.models import JobStatus

from style_pipeline import layout
from style_pipeline.azure_prices import Price
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.errors import ClusterUnavailable, ConfigurationError, StoreError
from style_pipeline.launchers.azure_ml.aftermath import cause_of
from style_pipeline.launchers.azure_ml.bill import Bill
from style_pipeline.launchers.azure_ml.inbox import Inbox
from style_pipeline.launchers.azure_ml.naming import job_names
from style_pipeline.launchers.azure_ml.patience import Patience
from style_pipeline.launchers.azure_ml.states import _STATES, State, state_of
from style_pipeline.launchers.azure_ml.tasks import Painting, nodes_for
from style_pipeline.launchers.azure_ml.workspace import Sighting
from style_pipeline.settings import Settings
from style_pipeline.stores import LocalStore
from style_pipeline.worker.outbox import OutboxWriter
from style_pipeline_tests.launchers.test_hearing import Log
from style_pipeline_tests.worker.conftest import SourceFactory


def test_every_status_of_the_api_is_known() -> None:
    assert {status.value for status in JobStatus} <= set(_STATES)
    assert state_of("NeverHeardOf") is state_of(None) is State.TROUBLED
    assert [status for status in _STATES if state_of(status).over] == [
        "Completed",
        "Failed",
        "Canceled",
    ]


def test_names_are_the_same_for_the_same_pictures_in_the_same_place(source: SourceFactory) -> None:
    whole = source(frames=3, shard_frames=1)
    one, other = (
        Painting(whole.store, whole.job(threads), whole.manifest).stem for threads in (1, 2)
    )
    first, second = islice(job_names(one, "file:///a"), 2)
    assert first.removesuffix("-1") == second.removesuffix("-2")
    assert next(job_names(one, "file:///a")) == first
    assert len({first, next(job_names(one, "file:///b")), next(job_names(other, "file:///a"))}) == 3
    assert set(first) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(first) < 100


@pytest.mark.parametrize(("shards", "nodes"), [(0, 1), (1, 1), (2, 1), (3, 2), (7, 4), (99, 4)])
def test_no_more_nodes_than_shards_can_keep_busy(shards: int, nodes: int) -> None:
    assert nodes_for(shards, most=4, gpus_per_node=2) == nodes


def test_the_bill_counts_nodes_while_they_work() -> None:
    bill = Bill(Price(3.0, "EUR"))
    for status, now in [("Queued", 0), ("Running", 1000), ("Finalizing", 2800), ("Failed", 4600)]:
        bill.note(Sighting("a", status, "https://studio/a", 2), now)
    for status, now in [("Queued", 4600), ("Running", 9000), ("Completed", 10800)]:
        bill.note(Sighting("b", status, "https://studio/b", 1), now)
    assert bill.notes() == (
        "Azure ML job a on 2 nodes",
        "Azure ML job b on 1 node",
        "https://studio/a",
        "https://studio/b",
        "2.500 node-hours, about 7.50 EUR at 3 EUR per node-hour",
    )
    assert Bill(None).notes() == ("0.000 node-hours",)


def test_patience_asks_later_each_time_and_ends() -> None:
    now, pauses = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    def question() -> None:
        raise ClusterUnavailable("out of reach")

    patience = Patience(100, 10, lambda: now[0], sleep, Log())
    with pytest.raises(ClusterUnavailable):
        patience.ask(question)
    assert pauses == [10, 20, 40, 60]


def test_a_preemption_is_believed_before_the_ranks_that_it_hit() -> None:
    preempted = cause_of("job", "PreemptionError: a node", "rank 1: RuntimeError: peer lost")
    assert preempted.preempted
    failed = cause_of("job", "UserError: exit code 1", "rank 1: MediaError: no preemption of mine")
    assert (failed.text, failed.preempted) == (
        "the style job failed on rank 1: MediaError: no preemption of mine",
        False,
    )


class Handler:
    def __init__(self) -> None:
        self.heard: list[Any] = []

    def handle_message(self, message: Any) -> None:
        if message == "bad":
            raise ValueError("not a message")
        self.heard.append(message)


def test_a_restarted_jobs_messages_come_after_those_of_its_first_life(tmp_path: Any) -> None:
    store, prefix = LocalStore(tmp_path), layout.messages_prefix("job")
    handler = Handler()
    inbox = Inbox(store, prefix, 0.01, Log())
    with inbox.read_messages(handler) as parameters:  # type: ignore[arg-type]
        for life in (1, 2):
            with OutboxWriter().open(parameters) as channel:
                for number in (1, 2):
                    channel.write_message({"life": life, "number": number})  # type: ignore[arg-type]
    assert [(m["life"], m["number"]) for m in handler.heard] == [(1, 1), (1, 2), (2, 1), (2, 2)]


class Flaky(LocalStore):
    """A store that fails every other time."""

    calls = 0

    def read_bytes(self, key: str) -> bytes:
        Flaky.calls += 1
        if Flaky.calls % 2:
            raise StoreError("the store is out of reach")
        return super().read_bytes(key)


def test_an_outage_of_the_store_loses_no_message_and_a_bad_one_does_no_harm(tmp_path: Any) -> None:
    store, prefix, log = Flaky(tmp_path), layout.messages_prefix("job"), Log()
    for number in range(1, 6):
        content = "\n".join(['"bad"', "{damaged", json.dumps(number)])
        store.upload(content.encode(), layout.message_key(prefix, 7, number))
    handler = Handler()
    inbox = Inbox(store, prefix, 100, log)
    for _ in range(6):
        with inbox.read_messages(handler):  # type: ignore[arg-type]
            pass
    assert handler.heard == [1, 2, 3, 4, 5]
    assert sum("could not be read for now" in line for line in log.lines) >= 4
    assert sum("passed over" in line for line in log.lines) == 10


def test_settings_are_read_only_where_the_launcher_is_azure_ml() -> None:
    place = {
        "SUBSCRIPTION": "s",
        "RESOURCE_GROUP": "g",
        "WORKSPACE": "w",
        "OPERATIONS": "file:///o",
    }
    environ = {f"STYLE_PIPELINE_AZURE_{name}": value for name, value in place.items()}
    assert Settings.from_environment(environ).azure is None
    chosen = {**environ, "STYLE_PIPELINE_LAUNCHER": "azure_ml", "STYLE_PIPELINE_AZURE_NODES": "9"}
    assert Settings.from_environment(chosen).azure == AzureSettings(
        "s", "g", "w", "file:///o", nodes=9
    )
    with pytest.raises(ConfigurationError, match="STYLE_PIPELINE_AZURE_WORKSPACE is not set"):
        Settings.from_environment({**chosen, "STYLE_PIPELINE_AZURE_WORKSPACE": " "})
