"""Azurite, Microsoft's own storage emulator, behind TLS and with sign-in by token.

Two accounts, as in production: one for media, and the workspace's own for operations.
"""

import base64
import datetime as dt
import os
import socket
import ssl
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from azure.storage.blob import BlobServiceClient, generate_container_sas

from style_pipeline import process
from style_pipeline_tests.azure_ml.authority import Authority
from style_pipeline_tests.azure_ml.egress import SUFFIX

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The workspace's account. Azurite's is the same everywhere, and published by Microsoft."""

MEDIA = "stylemedia"
_KEYS = {ACCOUNT: KEY, MEDIA: base64.b64encode(b"opens an emulator on loopback").decode()}

PROGRAM = Path(__file__).parents[2] / ".cache/azurite/node_modules/.bin/azurite-blob"
_READY_SECONDS = 60


@dataclass(frozen=True)
class Blobs:
    """A running storage account."""

    port: int
    authority: Authority

    @property
    def endpoint(self) -> str:
        """The suffix that the SDK puts behind ``<account>.blob.``."""
        return f"{SUFFIX.removeprefix('.')}:{self.port}"

    def url(self, account: str = ACCOUNT) -> str:
        """An account's URL as the SDKs know it; leads here through the proxy only."""
        return f"https://{account}.blob.{self.endpoint}"

    def direct_url(self, account: str = ACCOUNT) -> str:
        """An account's URL for tools that know of no proxy."""
        return f"https://127.0.0.1:{self.port}/{account}"

    def client(self, account: str = ACCOUNT) -> BlobServiceClient:
        """The emulator's own way in, past proxy and sign-in."""
        return BlobServiceClient(
            self.direct_url(account),
            credential=_KEYS[account],
            connection_verify=str(self.authority.ca),
            use_env_settings=False,
        )

    def sas(self, container: str, permission: str, account: str = ACCOUNT, hours: int = 1) -> str:
        """A signature for one container, for as many hours."""
        expiry = dt.datetime.now(dt.UTC) + dt.timedelta(hours=hours)
        return generate_container_sas(
            account, container, account_key=_KEYS[account], permission=permission, expiry=expiry
        )


@contextmanager
def running_blobs(folder: Path, authority: Authority) -> Iterator[Blobs]:
    """Azurite on a free port of 127.0.0.1, with its data in ``folder``."""
    port = _free_port()
    lines: list[str] = []
    accounts = ";".join(f"{account}:{key}" for account, key in _KEYS.items())
    env = {**os.environ, "AZURITE_ACCOUNTS": accounts}
    argv = _command(folder, authority, port)
    with process.running(argv, on_line=lines.append, env=env) as running:
        until = time.monotonic() + _READY_SECONDS
        while not _answers(port, authority):
            assert running.poll() is None, "\n".join(lines)
            assert time.monotonic() < until, "\n".join(lines)
            time.sleep(0.1)
        yield Blobs(port, authority)


def _command(folder: Path, authority: Authority, port: int) -> list[str]:
    assert PROGRAM.exists(), "Azurite is missing; install it: make setup"
    listen = ["--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(folder)]
    tls = ["--cert", str(authority.certificate), "--key", str(authority.key), "--oauth", "basic"]
    return [str(PROGRAM), *listen, *tls, "--silent", "--skipApiVersionCheck", "--disableTelemetry"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers(port: int, authority: Authority) -> bool:
    context = ssl.create_default_context(cafile=str(authority.ca))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    with suppress(OSError):
        try:
            opener.open(f"https://127.0.0.1:{port}/{ACCOUNT}?comp=list", timeout=5)
        except HTTPError:
            return True
    return False
