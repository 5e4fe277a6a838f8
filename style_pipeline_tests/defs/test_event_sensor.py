"""Event Grid's messages in a real queue, beside the listing of a real container."""

import base64
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest
from azure.core.credentials import AzureNamedKeyCredential
from azure.storage.blob import BlobServiceClient, ContentSettings
from azure.storage.queue import AccountSasPermissions, QueueClient
from dagster._core.definitions.sensor_definition import SensorExecutionData as Tick

from style_pipeline import again, process, quarantine
from style_pipeline.defs import event_sensor, handing_out
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.event_sensor import MOST_TRIES, blob_created_sensor
from style_pipeline.defs.handing_out import Rules
from style_pipeline.defs.jobs import UPLOAD_TAG
from style_pipeline.defs.sensors import new_video_sensor
from style_pipeline.errors import ConfigurationError, StoreError
from style_pipeline.limits import UploadLimits
from style_pipeline.settings import (
    QUEUE_CONNECTION_STRING,
    QUEUE_SAS,
    STORE_CONNECTION_STRING,
    Settings,
)
from style_pipeline.store import MediaStore
from style_pipeline.stores import azure_queue, open_queue, open_store
from style_pipeline.stores.azure_secrets import TALKATIVE
from style_pipeline.upload_keys import claim_key
from style_pipeline_tests.azurite import ACCOUNT, Azurite, running
from style_pipeline_tests.defs.conftest import STYLE
from style_pipeline_tests.test_notices import event

KEY = f"incoming/{STYLE}/a.mp4"


@pytest.fixture(scope="module")
def post_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with running(tmp_path_factory.mktemp("queues"), service="queue") as emulator:
        yield emulator


class Cloud:
    """A container and a queue, and the two sensors that look after them."""

    def __init__(
        self, blobs: Azurite, queues: Azurite, instance: dg.DagsterInstance, name: str
    ) -> None:
        self.instance = instance
        self.container = blobs.new_container().container_name
        self.store_url = blobs.url(self.container)
        self.queue_url = f"http://127.0.0.1:{queues.port}/{ACCOUNT}/{name}"
        key = AzureNamedKeyCredential(ACCOUNT, queues.key)
        self.queue = QueueClient.from_queue_url(self.queue_url, key)
        self.poison = QueueClient.from_queue_url(f"{self.queue_url}-poison", key)
        self.queue.create_queue()
        environ = {"STYLE_PIPELINE_STORE": self.store_url, "STYLE_PIPELINE_QUEUE": self.queue_url}
        self.definitions = definitions_for(Settings.from_environment(environ))
        self.cursor: str | None = None

    @property
    def store(self) -> MediaStore:
        return open_store(self.store_url)

    def upload(self, key: str = KEY, content: bytes = b"a video", *, tell: int = 1) -> None:
        self.store.upload(content, key)
        for _ in range(tell):
            self.tell(event(key, self.container, data={"url": f"{self.store_url}/{key}"}))

    def tell(self, message: dict[str, Any] | str) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self.queue.send_message(base64.b64encode(text.encode()).decode())

    def hear(self) -> Tick:
        """A tick of the sensor that reads messages."""
        return self._tick(blob_created_sensor, None, {"queue": open_queue(self.queue_url)})

    def look(self) -> Tick:
        """A tick of the sensor that lists; uploads count as old enough."""
        tick = self._tick(new_video_sensor, self.cursor, {})
        self.cursor = tick.cursor
        return tick

    def _tick(self, sensor: dg.SensorDefinition, cursor: str | None, more: dict[str, Any]) -> Tick:
        rules = Rules(UploadLimits(), two_sources=True)
        context = dg.build_sensor_context(
            instance=self.instance,
            instance_ref=self.instance.get_ref(),
            definitions=self.definitions,
            resources={"store": self.store, "intake_rules": rules, **more},
            repository_name="__repository__",
            cursor=cursor,
        )
        return sensor.evaluate_tick(context)

    def submit(self, tick: Tick) -> None:
        """What the daemon does with a tick's requests."""

        @dg.job
        def anything() -> None: ...

        for request in tick.run_requests or ():
            self.instance.create_run_for_job(anything, tags={UPLOAD_TAG: request.tags[UPLOAD_TAG]})

    def waiting(self) -> int:
        return self.queue.get_queue_properties().approximate_message_count or 0


@pytest.fixture
def cloud(
    azurite: Azurite,
    post_office: Azurite,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Cloud:
    monkeypatch.setenv(STORE_CONNECTION_STRING, azurite.connection_string())
    monkeypatch.setenv(
        QUEUE_CONNECTION_STRING, f"AccountName={ACCOUNT};AccountKey={post_office.key};"
    )
    monkeypatch.setattr(azure_queue, "INVISIBLE_SECONDS", 1)
    monkeypatch.setattr("style_pipeline.intake.MINIMUM_AGE", timedelta(0))
    return Cloud(azurite, post_office, instance, f"media-{abs(hash(request.node.name))}")


def run_keys(tick: Tick) -> list[str]:
    return [str(request.run_key) for request in tick.run_requests or ()]


def return_of_messages() -> None:
    time.sleep(1.2)


def test_no_message_is_no_error(cloud: Cloud) -> None:
    assert cloud.hear().skip_message == "no message"


def test_a_message_asks_for_the_run_and_goes_when_the_run_is_there(cloud: Cloud) -> None:
    cloud.upload()
    first = cloud.hear()
    etag = cloud.store.stat(KEY).etag
    assert run_keys(first) == [f"{KEY}|{etag}|1"]
    assert cloud.waiting() == 1
    return_of_messages()
    again_asked = cloud.hear()  # as after a crash: the run was never made
    assert run_keys(again_asked) == run_keys(first)
    cloud.submit(again_asked)
    return_of_messages()
    assert run_keys(cloud.hear()) == []
    assert cloud.waiting() == 0


def test_messages_that_come_twice_or_late_make_one_run(cloud: Cloud) -> None:
    """One per block list, and those of an older version of the upload."""
    cloud.upload(tell=3)
    cloud.upload(content=b"newer", tell=1)
    tick = cloud.hear()
    assert run_keys(tick) == [f"{KEY}|{cloud.store.stat(KEY).etag}|1"]
    cloud.submit(tick)
    return_of_messages()
    assert run_keys(cloud.hear()) == []
    assert cloud.waiting() == 0


@pytest.mark.parametrize("listing_first", [True, False])
def test_both_sensors_together_run_nothing_twice(cloud: Cloud, listing_first: bool) -> None:
    """Both look before a run is made; the other one sees the claim, and later the run."""
    cloud.upload()
    first, second = (cloud.look, cloud.hear) if listing_first else (cloud.hear, cloud.look)
    asked, beaten = first(), second()
    assert len(run_keys(asked)) == 1
    assert run_keys(beaten) == []
    cloud.submit(asked)
    return_of_messages()
    assert run_keys(cloud.look()) + run_keys(cloud.hear()) == []
    assert cloud.waiting() == 0


def test_a_claim_of_which_nothing_came_is_taken_over(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.upload()
    assert len(run_keys(cloud.hear())) == 1
    assert run_keys(cloud.look()) == []
    monkeypatch.setattr(handing_out, "CLAIM_AGE", timedelta(0))
    assert len(run_keys(cloud.look())) == 1


def test_foreign_and_malformed_messages_are_counted_and_gone(cloud: Cloud) -> None:
    cloud.upload(tell=0)
    cloud.tell("{")
    cloud.tell(event(KEY, "logs"))
    cloud.tell(event(f"{cloud.container}/x", cloud.container))
    gone = f"incoming/{STYLE}/gone.mp4"
    cloud.tell(event(gone, cloud.container, data={"url": f"{cloud.store_url}/{gone}"}))
    odd = f"incoming/{STYLE}/new\nline.mp4"
    cloud.tell(event(odd, cloud.container, data={"url": f"{cloud.store_url}/x"}))
    tick = cloud.hear()
    assert tick.skip_message == "5 messages, 2 about something else, 1 gone, 2 malformed"
    assert cloud.waiting() == 0


def test_a_style_that_may_come_keeps_its_message_until_it_is_parked(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.upload("incoming/cubist/a.mp4")
    assert run_keys(cloud.hear()) == []
    assert cloud.waiting() == 1
    monkeypatch.setattr(event_sensor, "MOST_TRIES", 2)
    return_of_messages()
    assert "1 parked" in str(cloud.hear().skip_message)
    assert cloud.waiting() == 0
    (parked,) = cloud.poison.receive_messages()
    assert "cubist" in base64.b64decode(parked.content).decode()
    assert MOST_TRIES > 5


def test_a_message_that_cannot_be_handled_now_stops_none_of_the_others(
    cloud: Cloud, azurite: Azurite
) -> None:
    """The claim to its run is damaged; the other message has its run all the same."""
    for key in (KEY, f"incoming/{STYLE}/b.mp4"):
        cloud.upload(key)
    wanted = f"{KEY}|{cloud.store.stat(KEY).etag}|1"
    claim = claim_key(wanted)
    cloud.store.upload(b"events", claim)
    service = BlobServiceClient.from_connection_string(azurite.connection_string())
    wrong = ContentSettings(content_md5=bytearray(16))
    service.get_blob_client(cloud.container, claim).set_http_headers(wrong)
    assert [key.split("|")[0] for key in run_keys(cloud.hear())] == [f"incoming/{STYLE}/b.mp4"]
    assert cloud.waiting() == 2
    cloud.store.delete(claim)
    return_of_messages()
    assert wanted in run_keys(cloud.hear())


def test_least_rights_are_enough_where_both_queues_are_there(
    cloud: Cloud, post_office: Azurite
) -> None:
    """To process messages and to add some, as infra/ gives them; none to make a queue."""
    allowed = {QUEUE_SAS: post_office.queues_sas(AccountSasPermissions(add=True, process=True))}
    cloud.tell("poison")
    queue = open_queue(cloud.queue_url, allowed)
    (notice,) = queue.receive(1)
    with pytest.raises(StoreError, match="'Storage Queue Data Message Sender' on its '-poison'"):
        queue.park(notice)
    cloud.poison.create_queue()
    queue.park(notice)
    assert cloud.waiting() == 0
    assert len(list(cloud.poison.peek_messages())) == 1


def test_a_hopeless_upload_goes_aside_by_message_too(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("style_pipeline.intake.HOPELESS_AGE", timedelta(0))
    cloud.upload(f"incoming/{STYLE}/notes.txt")
    tick = cloud.hear()
    assert [entry.upload for entry in quarantine.entries(cloud.store)] == [
        f"incoming/{STYLE}/notes.txt"
    ]
    assert len(tick.asset_events) == 1
    assert cloud.waiting() == 0


def test_a_wish_for_more_has_its_own_run_by_message_too(cloud: Cloud) -> None:
    cloud.upload(tell=0)
    again.ask(cloud.store, KEY, cloud.store.stat(KEY).etag)
    cloud.upload(tell=1)
    again.ask(cloud.store, KEY, cloud.store.stat(KEY).etag)
    assert run_keys(cloud.hear())[0].endswith("|1|again-1")


def test_more_messages_than_a_tick_can_bear_wait(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure_queue, "INVISIBLE_SECONDS", 300)
    for number in range(30):
        cloud.upload(f"incoming/{STYLE}/{number:02}.mp4")
    assert len(run_keys(cloud.hear())) == 25
    assert len(run_keys(cloud.hear())) == 5


def test_a_queue_that_is_not_there_says_so(cloud: Cloud) -> None:
    with pytest.raises(StoreError, match="the queue does not exist; create it, or correct"):
        open_queue(f"{cloud.queue_url}-nowhere").receive(1)


def test_credentials_are_asked_for_and_kept_quiet(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=f"set {QUEUE_CONNECTION_STRING}"):
        open_queue(cloud.queue_url, {})
    with pytest.raises(ConfigurationError, match="is incomplete") as error:
        open_queue(cloud.queue_url, {QUEUE_CONNECTION_STRING: "AccountKey=c2VjcmV0"})
    assert "c2VjcmV0" not in str(error.value)
    monkeypatch.setenv(QUEUE_CONNECTION_STRING, "AccountKey=c2VjcmV0")
    assert "AccountKey=c2VjcmV0" not in process.bare_environment().values()


def test_a_queues_signature_is_kept_out_of_the_log(
    cloud: Cloud,
    post_office: Azurite,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in TALKATIVE:
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    caplog.set_level(logging.DEBUG)
    sas = post_office.queues_sas(AccountSasPermissions(process=True))
    assert open_queue(cloud.queue_url, {QUEUE_SAS: sas}).receive(1) == []
    assert "sig=***" in caplog.text
    assert dict(part.split("=", 1) for part in sas.split("&"))["sig"] not in caplog.text


def test_lists_may_be_made_seldom() -> None:
    settings = Settings.from_environment({"STYLE_PIPELINE_LISTING_SECONDS": "3600"})
    (listing,) = (
        sensor
        for sensor in definitions_for(settings).sensors or ()
        if sensor.name == "new_video_sensor"
    )
    assert isinstance(listing, dg.SensorDefinition)
    assert listing.minimum_interval_seconds == 3600


def test_without_a_queue_there_is_no_such_sensor() -> None:
    sensors = definitions_for(Settings.from_environment({})).sensors or ()
    names = {each.name for each in sensors}
    assert "new_video_sensor" in names
    assert "blob_created_sensor" not in names
    with pytest.raises(ConfigurationError, match="STYLE_PIPELINE_QUEUE tells of uploads to Azure"):
        Settings.from_environment(
            {"STYLE_PIPELINE_QUEUE": "https://a.queue.core.windows.net/media"}
        )
