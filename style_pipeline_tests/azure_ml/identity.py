"""Managed identity as a machine offers it: an endpoint on loopback that hands out tokens.

Two shapes: what Dagster's machine asks (``IDENTITY_ENDPOINT``, from azure-identity's App Service
credential) and what a job on a node asks (``MSI_ENDPOINT``, from its Azure ML credential). Both
shapes are taken from the SDK's source.
"""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import jwt

from style_pipeline_tests.azure_ml.web import Reply, Request, serving

TENANT = "11111111-1111-1111-1111-111111111111"
_SECRET = "not a secret: signs tokens that only an emulator on loopback believes"  # noqa: S105
_PASSWORD = "local"  # noqa: S105


@dataclass(frozen=True)
class Identity:
    """Where tokens are handed out."""

    port: int

    def of_a_machine(self) -> dict[str, str]:
        """What DefaultAzureCredential looks for where Dagster runs."""
        url = f"http://127.0.0.1:{self.port}/machine"
        return {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": _PASSWORD}

    def of_a_node(self) -> dict[str, str]:
        """What DefaultAzureCredential looks for inside a job."""
        url = f"http://127.0.0.1:{self.port}/node"
        client = {"DEFAULT_IDENTITY_CLIENT_ID": str(uuid.uuid4())}
        return {"MSI_ENDPOINT": url, "MSI_SECRET": _PASSWORD, **client}


@contextmanager
def handing_out_tokens() -> Iterator[Identity]:
    """Tokens for whoever knows the password."""
    with serving(_token) as port:
        yield Identity(port)


def _token(request: Request) -> Reply:
    names = {"/machine": "x-identity-header", "/node": "secret"}
    if request.path not in names or request.headers.get(names[request.path]) != _PASSWORD:
        return Reply(401, {"error": "who are you?"})
    now = int(time.time())
    resource = request.query["resource"].removesuffix("/.default")
    claims = {
        "aud": resource,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "tid": TENANT,
        "oid": str(uuid.uuid4()),
        "iat": now,
        "nbf": now - 5,
        "exp": now + 3600,
        "ver": "1.0",
    }
    token = jwt.encode(claims, _SECRET, algorithm="HS256")
    expiry = {"expires_on": str(now + 3600), "expires_in": "3600"}
    kind = {"token_type": "Bearer", "resource": resource}
    return Reply(200, {"access_token": token, **expiry, **kind})
