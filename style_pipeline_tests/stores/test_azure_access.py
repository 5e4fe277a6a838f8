"""Where an Azure store is, who is let in, and that no secret is ever shown."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.identity import CredentialUnavailableError

from style_pipeline.errors import ConfigurationError, ObjectMissing, StoreError
from style_pipeline.settings import STORE_CONNECTION_STRING, STORE_SAS
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline.stores.azure_client import BLOCK
from style_pipeline.stores.azure_location import AzureLocation
from style_pipeline.stores.azure_secrets import scrub
from style_pipeline_tests.azurite import Azurite
from style_pipeline_tests.go_between import between, hang_up, refuse

ACCOUNT_URL = "https://paintings.blob.core.windows.net"
KEY = "c2VjcmV0IGtleQ=="
SIGNATURE = "sv=2025-11-05&sp=rl&sig=c2VjcmV0%2Bsignature%3D"


@pytest.mark.parametrize(
    ("url", "location"),
    [
        (f"{ACCOUNT_URL}/media", AzureLocation(ACCOUNT_URL, "media")),
        (f"{ACCOUNT_URL}/media/", AzureLocation(ACCOUNT_URL, "media")),
        (f"{ACCOUNT_URL}/media/a%20b/c", AzureLocation(ACCOUNT_URL, "media", "a b/c/")),
        (
            "https://P.blob.core.localhost:8443/media",
            AzureLocation("https://p.blob.core.localhost:8443", "media"),
        ),
        ("http://127.0.0.1:1/acc/media", AzureLocation("http://127.0.0.1:1/acc", "media")),
        ("http://localhost/acc/media/x", AzureLocation("http://localhost/acc", "media", "x/")),
        ("http://[::1]:1/acc/media", AzureLocation("http://[::1]:1/acc", "media")),
        ("https://emulator:1/acc/media", AzureLocation("https://emulator:1/acc", "media")),
    ],
)
def test_urls_name_places(url: str, location: AzureLocation) -> None:
    assert AzureLocation.parse(url) == location
    assert AzureLocation.parse(location.url) == location


@pytest.mark.parametrize(
    "url",
    [
        "https://x/y", "https://", "https:///media", "https://x", ACCOUNT_URL, f"{ACCOUNT_URL}/ab",
        f"{ACCOUNT_URL}/Media", f"{ACCOUNT_URL}/a--b", f"{ACCOUNT_URL}/{'m' * 64}",
        f"{ACCOUNT_URL}/$root", f"{ACCOUNT_URL}/media/../other", f"{ACCOUNT_URL}/media//x",
        f"{ACCOUNT_URL}/media/.hidden", f"{ACCOUNT_URL}:port/media", "https://[::1/media",
        "http://paintings.blob.core.windows.net/media", "http://10.0.0.1/acc/media",
    ],
)  # fmt: skip
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="the store's URL") as error:
        open_store(url, {STORE_CONNECTION_STRING: "x"})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        f"{ACCOUNT_URL}/media?{SIGNATURE}",
        f"{ACCOUNT_URL}/media#{SIGNATURE}",
        f"https://user:{KEY}@paintings.blob.core.windows.net/media",
        f"s3://user:{KEY}@bucket",
        f"file:///srv/media?{SIGNATURE}",
    ],
)
def test_a_secret_in_the_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigurationError, match=STORE_SAS) as error:
        open_store(url, {})
    assert_no_secret(shown(error.value), KEY, "c2VjcmV0")


WRONG_CREDENTIALS: dict[str, tuple[dict[str, str], str]] = {
    "both": ({STORE_CONNECTION_STRING: f"AccountKey={KEY}", STORE_SAS: SIGNATURE}, "unset one"),
    "malformed": ({STORE_CONNECTION_STRING: f"secret {KEY}"}, "incomplete; copy it again"),
    "no account": ({STORE_CONNECTION_STRING: f"AccountKey={KEY};"}, "incomplete; copy it again"),
    "another account": (
        {STORE_CONNECTION_STRING: f"AccountName=other;AccountKey={KEY}"},
        "of another account than the store's URL",
    ),
    "unencrypted": (
        {
            STORE_CONNECTION_STRING: f"DefaultEndpointsProtocol=http;AccountName=paintings;"
            f"AccountKey={KEY};EndpointSuffix=core.windows.net"
        },
        "of another account than the store's URL",
    ),
    "no signature": ({STORE_SAS: KEY}, "holds no signature"),
}


@pytest.mark.parametrize(("environ", "remedy"), WRONG_CREDENTIALS.values(), ids=WRONG_CREDENTIALS)
def test_credentials_that_do_not_fit_are_refused_unseen(
    environ: dict[str, str], remedy: str
) -> None:
    with pytest.raises(ConfigurationError, match=remedy) as error:
        open_store(f"{ACCOUNT_URL}/media", environ)
    assert_no_secret(shown(error.value), KEY, "c2VjcmV0")


def test_credentials_are_taken_from_what_is_passed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STORE_SAS, SIGNATURE)
    monkeypatch.setattr("style_pipeline.stores.azure_client.DefaultAzureCredential", Absent)
    with pytest.raises(StoreError, match="no sign-in to Azure works here; run 'az login'"):
        open_store(f"{ACCOUNT_URL}/media", {}).exists("k")


class Absent:
    """A sign-in that a machine without any has."""

    def get_token(self, *_: str, **__: Any) -> Any:
        raise CredentialUnavailableError("EnvironmentCredential: ...\nManagedIdentity: ...")


def test_a_missing_sign_in_is_said_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("style_pipeline.stores.azure_client.DefaultAzureCredential", Absent)
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", fail_to_wait)
    store = open_store(f"{ACCOUNT_URL}/media", {})
    for use in everything(store, tmp_path):
        with pytest.raises(StoreError, match="no sign-in to Azure works here; run 'az login'"):
            use()


def fail_to_wait(*_: Any) -> None:
    raise AssertionError("a missing sign-in was tried again")


def test_without_encryption_there_is_no_sign_in() -> None:
    with pytest.raises(ConfigurationError, match=f"set {STORE_CONNECTION_STRING}, or use https"):
        open_store("http://127.0.0.1:1/acc/media", {})


@pytest.mark.parametrize("kind", ["signature", "key"])
def test_no_secret_is_shown_whatever_goes_wrong(
    azurite: Azurite,
    kind: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda *_: None)
    name = azurite.new_container().container_name
    sas = azurite.sas(name)
    signature = dict(part.split("=", 1) for part in sas.split("&"))["sig"]

    def store_at(port: int) -> MediaStore:
        keyed = {STORE_CONNECTION_STRING: azurite.connection_string(port)}
        return open_store(
            azurite.url(name, port), {STORE_SAS: sas} if kind == "signature" else keyed
        )

    texts: list[str] = []
    with between(azurite.port) as network:
        store = store_at(network.port)
        texts += [repr(store), str(store), store.url, repr(vars(store))]
        store.upload(bytes(BLOCK + 1), "k")
        store.read_bytes("k")
        for fault in (hang_up, refuse(403, "AuthenticationFailed"), refuse(400, "InvalidInput")):
            for use in everything(store, tmp_path):
                for method in ("GET", "HEAD", "PUT", "DELETE"):
                    network.plan(method, fault, times=6)
                texts.append(failing(use))
                network.forget()
    texts += [failing(use) for use in everything(store_at(1), tmp_path)]
    assert any(record.name == "urllib3.connectionpool" for record in caplog.records)
    assert_no_secret("\n".join([*texts, caplog.text, *capfd.readouterr()]), azurite.key, signature)


def everything(store: MediaStore, folder: Path) -> list[Callable[[], Any]]:
    """Each of a store's operations, ready to be called."""
    return [
        lambda: list(store.list()),
        lambda: store.stat("k"),
        lambda: store.exists("k"),
        lambda: store.open_read("k"),
        lambda: store.read_bytes("k"),
        lambda: store.download("k", folder / "copy"),
        lambda: store.upload(b"x", "k"),
        lambda: store.upload(bytes(BLOCK + 1), "k", if_absent=True),
        lambda: store.delete("k"),
    ]


def failing(use: Callable[[], Any]) -> str:
    with pytest.raises(StoreError) as error:
        use()
    assert not isinstance(error.value, ObjectMissing)
    assert "\n" not in str(error.value)
    return shown(error.value)


def shown(error: BaseException) -> str:
    """All that a traceback, a log or a debugger's line would show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__)


def assert_no_secret(text: str, *secrets: str) -> None:
    for secret in secrets:
        assert secret not in text


def test_secrets_are_scrubbed_from_texts() -> None:
    text = (
        f"GET https://u:pw@h/c?{SIGNATURE}&x=1 AccountKey={KEY};X=1 sharedaccesssignature=sv=1 "
        "Authorization: SharedKey acc:c2lnbmVk, Bearer eyJ0.eyJ1.c2ln"
    )
    assert scrub(text) == (
        "GET https://***@h/c?sv=2025-11-05&sp=rl&sig=***&x=1 AccountKey=***;X=1 "
        "sharedaccesssignature=*** Authorization: SharedKey acc:*** Bearer ***"
    )
