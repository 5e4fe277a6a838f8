"""A real Azurite, the storage emulator, on a free loopback port; ends with the tests."""

import base64
import os
import secrets
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azure.storage.blob import BlobServiceClient, ContainerClient, generate_container_sas
from azure.storage.queue import AccountSasPermissions, ResourceTypes, generate_account_sas

PROGRAMS = Path(__file__).parent.parent / ".cache/azurite/node_modules/.bin"
ACCOUNT = "paintings"
_START_SECONDS = 60


@dataclass(frozen=True)
class Azurite:
    """One running emulator with one account; ``key`` opens it."""

    port: int
    key: str = field(repr=False)
    scheme: str = "http"

    def url(self, container: str, port: int | None = None) -> str:
        """A container's URL; ``port`` is that of a go-between."""
        return f"{self.scheme}://127.0.0.1:{port or self.port}/{ACCOUNT}/{container}"

    def connection_string(self, port: int | None = None) -> str:
        return (
            f"AccountName={ACCOUNT};AccountKey={self.key};"
            f"BlobEndpoint={self.scheme}://127.0.0.1:{port or self.port}/{ACCOUNT};"
        )

    def new_container(self) -> ContainerClient:
        """An empty container of its own for one test, reached past the code under test."""
        service = BlobServiceClient.from_connection_string(self.connection_string())
        return service.create_container(f"test-{uuid.uuid4().hex}")

    def sas(self, container: str, permission: str = "rwdlc") -> str:
        """A shared access signature for one container, for an hour."""
        expiry = datetime.now(UTC) + timedelta(hours=1)
        return generate_container_sas(
            ACCOUNT, container, account_key=self.key, permission=permission, expiry=expiry
        )

    def queues_sas(self, permission: AccountSasPermissions) -> str:
        """One for all queues, for an hour."""
        expiry = datetime.now(UTC) + timedelta(hours=1)
        queues = ResourceTypes(container=True, object=True)
        return generate_account_sas(ACCOUNT, self.key, queues, permission, expiry)


@contextmanager
def running(
    folder: Path, *options: str, scheme: str = "http", service: str = "blob"
) -> Iterator[Azurite]:
    """Azurite's ``blob`` or ``queue`` for as long as the block lasts; it keeps all in memory."""
    program = PROGRAMS / f"azurite-{service}"
    if not program.exists():
        raise FileNotFoundError(f"{program} is missing; install it with: make setup")
    azurite = Azurite(_free_port(), base64.b64encode(secrets.token_bytes(32)).decode(), scheme)
    argv = [str(program), f"--{service}Port", str(azurite.port)]
    argv += ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    environ = {**os.environ, "AZURITE_ACCOUNTS": f"{ACCOUNT}:{azurite.key}"}
    with (folder / "azurite.log").open("wb") as log:
        process = subprocess.Popen(
            [*argv, *options], env=environ, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _await(azurite.port, process, folder / "azurite.log")
        yield azurite
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"Azurite did not start: {log.read_text() or process.poll()}")
