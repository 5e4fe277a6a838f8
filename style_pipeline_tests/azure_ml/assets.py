"""Answers about code snapshots and environments. Shapes: the type descriptions."""

import uuid

from style_pipeline_tests.azure_ml.blobs import ACCOUNT
from style_pipeline_tests.azure_ml.state import SUBSCRIPTION, Refusal, State, resource
from style_pipeline_tests.azure_ml.web import Reply, Request


def codes_by_hash(state: State, request: Request, name: str) -> Reply:
    """Snapshots with the hash that is asked for; the name in the path is a fresh one each time."""
    wanted = request.query.get("hash")
    found = [
        asset
        for path, asset in state.assets.items()
        if path.startswith("codes/")
        and (asset["properties"].get("properties") or {}).get("hash_sha256") == wanted
    ]
    return Reply(200, {"value": found})


def start_upload(state: State, request: Request, name: str, version: str) -> Reply:
    """A place to put a snapshot."""
    url, writable = state.artifacts.new_upload()
    account = (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/studio/providers"
        f"/Microsoft.Storage/storageAccounts/{ACCOUNT}"
    )
    reference = {
        "blobUri": url,
        "storageAccountArmId": account,
        "credential": {"credentialType": "SAS", "sasUri": writable},
    }
    upload = {
        "pendingUploadId": str(uuid.uuid4()),
        "pendingUploadType": "TemporaryBlobReference",
        "blobReferenceForConsumption": reference,
    }
    return Reply(200, upload)


def put_code(state: State, request: Request, name: str, version: str) -> Reply:
    return _put(state, request, "codes", name, version)


def put_environment(state: State, request: Request, name: str, version: str) -> Reply:
    return _put(state, request, "environments", name, version)


def get_code(state: State, request: Request, name: str, version: str) -> Reply:
    return Reply(200, state.asset(f"codes/{name}/versions/{version}"))


def get_environment(state: State, request: Request, name: str, version: str) -> Reply:
    return Reply(200, state.asset(f"environments/{name}/versions/{version}"))


def _put(state: State, request: Request, kind: str, name: str, version: str) -> Reply:
    """A version that exists may be sent again, but not changed."""
    path = f"{kind}/{name}/versions/{version}"
    made = resource(f"/{kind}/versions", path, request.body["properties"])
    known = state.assets.setdefault(path.lower(), made)
    if _content(known["properties"]) != _content(made["properties"]):
        raise Refusal(409, "Conflict", f"{path} exists and cannot be changed")
    return Reply(201 if known is made else 200, known)


def _content(properties: dict[str, object]) -> dict[str, object]:
    return {name: properties.get(name) for name in ("codeUri", "image", "build", "condaFile")}
