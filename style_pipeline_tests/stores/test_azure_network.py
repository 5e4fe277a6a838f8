"""Bad networks: a go-between in front of Azurite answers wrongly, late, or not at all."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from azure.storage.blob import ContainerClient

from style_pipeline.errors import ObjectChanged, StoreError
from style_pipeline.settings import STORE_CONNECTION_STRING
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline.stores.azure_client import BLOCK
from style_pipeline_tests.azurite import Azurite
from style_pipeline_tests.go_between import (
    Answer,
    Fault,
    GoBetween,
    Request,
    between,
    cut_short,
    damage,
    damage_the_body,
    hang_up,
    lose_the_answer,
    refuse,
)

CONTENT = bytes(range(256)) * (BLOCK // 128)
"""Two blocks."""


@pytest.fixture
def network(azurite: Azurite) -> Iterator[GoBetween]:
    with between(azurite.port) as go_between:
        yield go_between


@pytest.fixture
def container(azurite: Azurite) -> ContainerClient:
    return azurite.new_container()


@pytest.fixture
def store(azurite: Azurite, network: GoBetween, container: ContainerClient) -> MediaStore:
    """A store that reaches Azurite through the go-between."""
    environ = {STORE_CONNECTION_STRING: azurite.connection_string(network.port)}
    return open_store(azurite.url(container.container_name, network.port), environ)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which are noted instead of waited for."""
    noted: list[float] = []
    monkeypatch.setattr("azure.storage.blob._download.time.sleep", noted.append)
    monkeypatch.setattr(
        "azure.core.pipeline.transport.HttpTransport.sleep",
        lambda _, pause: noted.append(pause),
    )
    return noted


FAULTS = {
    "busy": refuse(503),
    "throttled": refuse(429, "TooManyRequests"),
    "failing": refuse(500, "InternalError"),
    "hanging up": hang_up,
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_passing_trouble_is_waited_out(
    store: MediaStore, network: GoBetween, pauses: list[float], fault: Fault, tmp_path: Path
) -> None:
    network.plan("PUT", fault, times=2)
    put = store.upload(CONTENT, "k")
    network.plan("GET", fault, times=2)
    assert store.download("k", tmp_path / "copy") == put
    network.plan("HEAD", fault, times=2)
    assert store.stat("k") == put
    network.plan("DELETE", fault, times=2)
    store.delete("k")
    network.plan("GET", fault, times=2)
    assert list(store.list()) == []
    assert (tmp_path / "copy").read_bytes() == CONTENT
    assert len(pauses) == 10


@pytest.mark.parametrize("content", [b"small", CONTENT], ids=["small", "ranges"])
def test_an_answer_cut_short_is_asked_for_again(
    store: MediaStore, network: GoBetween, content: bytes, tmp_path: Path
) -> None:
    store.upload(content, "k")
    network.plan("GET", cut_short)
    assert store.read_bytes("k") == content
    network.plan("GET", cut_short, times=20)
    with pytest.raises(StoreError, match=r"'k' failed in Azure: .*try again later"):
        store.download("k", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_pauses_grow_and_differ(store: MediaStore, network: GoBetween, pauses: list[float]) -> None:
    network.plan("HEAD", refuse(503), times=5)
    with pytest.raises(StoreError, match=r"'k' failed in Azure: .*try again later"):
        store.stat("k")
    assert [2**n - 2 <= pause <= 2**n + 2 for n, pause in enumerate(pauses, 1)] == [True] * 4
    assert any(pause != round(pause) for pause in pauses)


def test_a_service_that_cannot_be_reached_is_one_clear_line(
    store: MediaStore, network: GoBetween, pauses: list[float]
) -> None:
    network.plan("GET", hang_up, times=20)
    with pytest.raises(
        StoreError, match=r"Azure cannot be reached: .*; check the network"
    ) as error:
        store.read_bytes("k")
    assert "\n" not in str(error.value)
    assert 0 < len(pauses) <= 4


@pytest.mark.parametrize("content", [b"small", CONTENT], ids=["small", "blocks"])
def test_a_write_whose_answer_is_lost_has_won_all_the_same(
    store: MediaStore, network: GoBetween, content: bytes
) -> None:
    lose_the_last = _losing("comp=blocklist") if content == CONTENT else lose_the_answer
    for _ in range(3 if content == CONTENT else 1):
        network.plan("PUT", lose_the_last)
    put = store.upload(content, "k", if_absent=True)
    assert put == store.stat("k")
    with pytest.raises(ObjectChanged, match="'k' is there already"):
        store.upload(content, "k", if_absent=True)
    network.plan("PUT", lose_the_answer)
    again = store.upload(b"new", "k", if_match=put.etag)
    assert again == store.stat("k")
    with pytest.raises(ObjectChanged, match="'k' has changed"):
        store.upload(b"newer", "k", if_match=put.etag)


def _losing(part: str) -> Fault:
    def fault(request: Request) -> Answer | None:
        answer = request.forward()
        return None if part in request.path else answer

    return fault


@pytest.mark.parametrize("content", [b"small", CONTENT], ids=["small", "ranges"])
def test_damage_on_the_way_is_noticed(
    store: MediaStore, network: GoBetween, tmp_path: Path, content: bytes
) -> None:
    store.upload(content, "k")
    network.plan("GET", damage)
    with pytest.raises(StoreError, match="'k' is damaged"):
        store.download("k", tmp_path / "copy")
    network.plan("GET", damage)
    with pytest.raises(StoreError, match="'k' is damaged"):
        store.read_bytes("k")
    network.plan("GET", damage)
    with store.open_read("k") as stream, pytest.raises(StoreError, match="'k' is damaged"):
        stream.read()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"small", CONTENT], ids=["small", "blocks"])
def test_damage_on_the_way_up_is_refused(
    store: MediaStore, network: GoBetween, content: bytes
) -> None:
    """By the service, which is told the hash of every piece that it is sent."""
    network.plan("PUT", damage_the_body)
    with pytest.raises(StoreError, match=r"'k' failed in Azure: .*MD5.*match"):
        store.upload(content, "k")
    assert not store.exists("k")


def test_an_overwritten_download_is_not_mixed(
    store: MediaStore, network: GoBetween, container: ContainerClient, tmp_path: Path
) -> None:
    store.upload(CONTENT, "k")
    etag = store.stat("k").etag

    def overwritten(request: Request) -> Answer:
        answer = request.forward()
        container.upload_blob("k", CONTENT[::-1], overwrite=True)
        return answer

    network.plan("GET", overwritten)
    with pytest.raises(ObjectChanged, match="'k' has changed since it was read"):
        store.download("k", tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []
    assert store.download("k", tmp_path / "copy").etag != etag
    assert (tmp_path / "copy").read_bytes() == CONTENT[::-1]


def test_what_is_uploaded_while_its_name_is_moved_stays(
    store: MediaStore, network: GoBetween, container: ContainerClient
) -> None:
    seen = store.upload(b"old", "a")

    def overwritten(request: Request) -> Answer:
        container.upload_blob("a", b"new", overwrite=True)
        return request.forward()

    network.plan("DELETE", overwritten)
    with pytest.raises(ObjectChanged, match="'a' has changed"):
        store.move(seen, "b")
    assert (store.read_bytes("a"), store.read_bytes("b")) == (b"new", b"old")


def test_names_that_xml_cannot_hold_are_listed_as_azure_tells_them(
    store: MediaStore, network: GoBetween
) -> None:
    """Azure encodes such names in its lists; Azurite fails, so the go-between speaks for Azure."""
    store.upload(b"x", "in/a.mp4")
    store.upload(b"x", "in/poison.mp4")

    def encoded(request: Request) -> Answer:
        answer = request.forward()
        name = quote("in/poi\x01s\ufffeon.mp4")
        answer.body = re.sub(
            rb"<Name>in/poison.mp4</Name>",
            f'<Name Encoded="true">{name}</Name>'.encode(),
            answer.body,
        )
        return answer

    network.plan("GET", encoded)
    assert [found.key for found in store.list("in/")] == ["in/a.mp4", "in/poi\x01s\ufffeon.mp4"]
