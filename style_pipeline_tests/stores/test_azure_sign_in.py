"""Azure's own sign-in, unchanged: a managed identity's token opens Azurite over TLS."""

import base64
import ipaddress
import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from style_pipeline.errors import StoreError
from style_pipeline.stores import open_store
from style_pipeline.stores.azure_client import BLOCK
from style_pipeline_tests.azurite import Azurite, running

STORAGE = "https://storage.azure.com"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that only these tests trust, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(address, critical=False)
        .sign(key, hashes.SHA256())
    )
    written = (tmp_path / "certificate.pem", tmp_path / "key.pem")
    written[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    written[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return written


@pytest.fixture
def emulator(
    certificate: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Azurite]:
    """Azurite over TLS that takes tokens."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    options = ("--oauth", "basic", "--cert", str(certificate[0]), "--key", str(certificate[1]))
    with running(tmp_path, *options, scheme="https") as azurite:
        yield azurite


@pytest.fixture
def audience(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A managed identity's endpoint on this machine, and what it was asked for."""
    asked: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(token_answer()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    for variable in [name for name in os.environ if name.startswith("AZURE_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}/token")
    monkeypatch.setenv("IDENTITY_HEADER", "secret of this machine")
    yield asked
    server.shutdown()
    server.server_close()


def token_answer() -> dict[str, object]:
    now = int(time.time())
    claims = {
        "aud": STORAGE,
        "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
        "iat": now - 60,
        "nbf": now - 60,
        "exp": now + 3600,
    }
    parts = [{"alg": "none", "typ": "JWT"}, claims, {}]
    coded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    expiry = str(now + 3600)
    return {
        "access_token": ".".join(coded),
        "expires_on": expiry,
        "resource": STORAGE,
        "token_type": "Bearer",
    }


def test_a_managed_identity_reads_and_writes_without_any_secret(
    emulator: Azurite, audience: list[str]
) -> None:
    url = emulator.url(emulator.new_container().container_name)
    store = open_store(url, {})
    put = store.upload(bytes(BLOCK + 1), "k", if_absent=True)
    assert [put] == list(store.list())
    assert store.read_bytes("k") == bytes(BLOCK + 1)
    store.delete("k")
    # Blocks on their way at the same time may each ask for the first token.
    assert 1 <= len(audience) <= 2
    assert all("resource=https://storage.azure.com" in path for path in audience)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    emulator: Azurite, audience: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda *_: None)
    url = emulator.url(emulator.new_container().container_name)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(StoreError, match=r"Azure cannot be reached: .*certificate"):
        open_store(url, {}).exists("k")
