"""What is believed of a message, and what is not."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from style_pipeline.errors import ConfigurationError
from style_pipeline.notices import Ignored, check_queue_url, created

STORE = "https://paintings.blob.core.windows.net/media"
KEY = "incoming/great-wave/a b.mp4"


def event(name: str = KEY, container: str = "media", **changes: Any) -> dict[str, Any]:
    """As Event Grid's documentation shows it."""
    return {
        "topic": "/subscriptions/x/resourceGroups/y/providers/Microsoft.Storage/storageAccounts/z",
        "subject": f"/blobServices/default/containers/{container}/blobs/{name}",
        "eventType": "Microsoft.Storage.BlobCreated",
        "eventTime": "2024-05-01T12:00:00.0000000Z",
        "id": "831e1650-001e-001b-66ab-eeb76e069631",
        "data": {
            "api": "PutBlockList",
            "eTag": "0x8D4BCC2E4835CD0",
            "contentLength": 524288,
            "blobType": "BlockBlob",
            "url": f"https://paintings.blob.core.windows.net/{container}/{name}",
        },
        "dataVersion": "",
        "metadataVersion": "1",
    } | changes


def cloud_event(**changes: Any) -> dict[str, Any]:
    old = event(**changes)
    kept = {name: old[name] for name in ("subject", "id", "data")}
    return {**kept, "type": old["eventType"], "source": old["topic"], "specversion": "1.0"}


def text(message: object) -> str:
    return json.dumps(message)


@pytest.mark.parametrize("message", [event(), cloud_event()])
def test_both_schemas_are_read_plain_and_in_base64(message: dict[str, Any]) -> None:
    assert created(text(message), STORE) == KEY
    assert created(base64.b64encode(text(message).encode()).decode(), STORE) == KEY


def test_a_store_may_lie_deeper_and_in_an_emulator() -> None:
    below = event(f"team/videos/{KEY}")
    assert created(text(below), f"{STORE}/team/videos") == KEY
    assert created(text(below), STORE) is Ignored.FOREIGN
    address = f"http://127.0.0.1:10000/paintings/media/{KEY}"
    local = event(data={"url": address})
    assert created(text(local), "http://127.0.0.1:10000/paintings/media") == KEY
    spaced = event(f"our team/{KEY}")
    assert created(text(spaced), f"{STORE}/our%20team") == KEY


def test_an_account_may_be_called_as_its_container_is() -> None:
    address = f"https://media.blob.core.windows.net/media/{KEY}"
    message = text(event(data={"url": address}))
    assert created(message, "https://media.blob.core.windows.net/media") == KEY
    assert created(message, "https://mediaxyz.blob.core.windows.net/media") is Ignored.FOREIGN


@pytest.mark.parametrize(
    "message",
    [
        event(eventType="Microsoft.Storage.BlobDeleted"),
        event(container="logs"),
        event(container="media-2"),
        event(name="outputs/great-wave/a.mp4"),
        event(name="quarantine/x/a.mp4"),
        event(data={"url": f"https://stranger.blob.core.windows.net/media/{KEY}"}),
    ],
)
def test_what_is_about_something_else_is_foreign(message: dict[str, Any]) -> None:
    assert created(text(message), STORE) is Ignored.FOREIGN


@pytest.mark.parametrize(
    "message",
    [
        "", "x", "{", "[]", "null", "7", '"a"', "{}", "=" * 8, "\x00", "[" * 100_000,
        text([event()]),
        text(event(subject=7)),
        text(event(subject="/blobServices/default/containers/media")),
        text(event(data=None)),
        text(event(data={"url": None})),
        text(event(eventType=None)),
        base64.b64encode(b"\xff\xfe").decode(),
    ],
    ids=lambda message: ascii(message[:20]),
)  # fmt: skip
def test_what_cannot_be_read_is_malformed(message: str) -> None:
    assert created(message, STORE) is Ignored.MALFORMED


@given(st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_text_gets_an_answer(message: str) -> None:
    assert created(message, STORE) is Ignored.MALFORMED


@pytest.mark.parametrize(
    "url",
    [
        "http://account.queue.core.windows.net/media",
        "https://account.queue.core.windows.net/",
        "https://account.queue.core.windows.net/media?sig=c2VjcmV0",
        "https://u:c2VjcmV0@account.queue.core.windows.net/media",
        "https://[/media",
    ],
)
def test_a_queue_needs_a_name_encryption_and_no_secret(url: str) -> None:
    with pytest.raises(ConfigurationError, match="STYLE_PIPELINE_QUEUE names no queue") as error:
        check_queue_url(url)
    assert "c2VjcmV0" not in str(error.value)
