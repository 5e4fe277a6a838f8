"""Answers about clusters. Shapes: the type descriptions."""

import copy
import uuid

from style_pipeline_tests.azure_ml.capacity import Capacity
from style_pipeline_tests.azure_ml.run import seconds_of
from style_pipeline_tests.azure_ml.state import ARM, Document, Refusal, State, now, resource
from style_pipeline_tests.azure_ml.web import Reply, Request


def put_compute(state: State, request: Request, name: str) -> Reply:
    """Make or change a cluster; it is ready at once, but the client has to ask."""
    asked = request.body["properties"]
    properties = {
        **asked,
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
    scale = asked["properties"]["scaleSettings"]
    _scale(state, name, scale["maxNodeCount"], scale.get("nodeIdleTimeBeforeScaleDown"))
    return Reply(201, _shown(state, name), _operation(state, request))


def get_compute(state: State, request: Request, name: str) -> Reply:
    return Reply(200, _shown(state, name))


def delete_compute(state: State, request: Request, name: str) -> Reply:
    _known(state, name)
    del state.computes[name]
    del state.capacities[name]
    return Reply(202, None, _operation(state, request))


def operation(state: State, request: Request, number: str) -> Reply:
    """How a long operation is doing: well."""
    return Reply(200, {"status": "Succeeded", "name": number, "id": request.path})


def _scale(state: State, name: str, most: int, idle: str | None) -> None:
    """A cluster that is changed keeps its nodes."""
    capacity = state.capacities.setdefault(name, Capacity(most, 0, state.clock))
    capacity.most, capacity.idle_seconds = most, seconds_of(idle or "PT120S")


def _shown(state: State, name: str) -> Document:
    """The cluster as it was made, and the nodes that it has now."""
    cluster = copy.deepcopy(_known(state, name))
    busy, idle = state.capacities[name].count()
    kinds = ("idle", "running", "preparing", "unusable", "leaving", "preempted")
    counts = {**dict.fromkeys(kinds, 0), "running": busy, "idle": idle}
    cluster["properties"]["properties"] |= {
        "allocationState": "Steady",
        "allocationStateTransitionTime": now(),
        "currentNodeCount": busy + idle,
        "targetNodeCount": busy + idle,
        "nodeStateCounts": {f"{kind}NodeCount": number for kind, number in counts.items()},
    }
    return cluster


def _known(state: State, name: str) -> Document:
    if name not in state.computes:
        raise Refusal(404, "ResourceNotFound", f"there is no compute {name}")
    return state.computes[name]


def _operation(state: State, request: Request) -> dict[str, str]:
    version = request.query["api-version"]
    url = f"{state.base_url}{ARM}/operations/{uuid.uuid4()}?api-version={version}"
    return {"Azure-AsyncOperation": url, "Location": url, "Retry-After": "0"}
