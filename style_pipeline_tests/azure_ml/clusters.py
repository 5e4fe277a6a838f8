"""Answers about clusters. Shapes: the type descriptions; times are made up, since none passes."""

import uuid

from style_pipeline_tests.azure_ml.state import ARM, Refusal, State, now, resource
from style_pipeline_tests.azure_ml.web import Reply, Request


def put_compute(state: State, request: Request, name: str) -> Reply:
    """Make or change a cluster; it is ready at once, but the client has to ask."""
    asked = request.body["properties"]
    counts = dict.fromkeys(("idle", "running", "preparing", "unusable", "leaving", "preempted"), 0)
    cluster = {
        **asked["properties"],
        "allocationState": "Steady",
        "allocationStateTransitionTime": now(),
        "currentNodeCount": 0,
        "targetNodeCount": 0,
        "nodeStateCounts": {f"{kind}NodeCount": number for kind, number in counts.items()},
    }
    properties = {
        **asked,
        "properties": cluster,
        "computeLocation": "local",
        "provisioningState": "Succeeded",
        "createdOn": now(),
        "modifiedOn": now(),
        "isAttachedCompute": False,
    }
    more = {key: request.body[key] for key in ("identity", "tags") if key in request.body}
    location = request.body.get("location", "local")
    made = resource("/computes", f"computes/{name}", properties, location=location, **more)
    state.computes[name] = made
    return Reply(201, made, _operation(state, request))


def get_compute(state: State, request: Request, name: str) -> Reply:
    return Reply(200, _known(state, name))


def delete_compute(state: State, request: Request, name: str) -> Reply:
    _known(state, name)
    del state.computes[name]
    return Reply(202, None, _operation(state, request))


def operation(state: State, request: Request, number: str) -> Reply:
    """How a long operation is doing: well."""
    return Reply(200, {"status": "Succeeded", "name": number, "id": request.path})


def _known(state: State, name: str) -> dict[str, object]:
    if name not in state.computes:
        raise Refusal(404, "ResourceNotFound", f"there is no compute {name}")
    return state.computes[name]


def _operation(state: State, request: Request) -> dict[str, str]:
    version = request.query["api-version"]
    url = f"{state.base_url}{ARM}/operations/{uuid.uuid4()}?api-version={version}"
    return {"Azure-AsyncOperation": url, "Location": url, "Retry-After": "0"}
