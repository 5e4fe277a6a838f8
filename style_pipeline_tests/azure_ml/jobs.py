"""Answers about jobs, and run history. Shapes: the type descriptions and the SDK's source."""

import copy
from typing import Any

from style_pipeline_tests.azure_ml.artifacts import log_prefix
from style_pipeline_tests.azure_ml.run import Blow, Run
from style_pipeline_tests.azure_ml.state import ARM, Document, Refusal, State, resource
from style_pipeline_tests.azure_ml.web import Reply, Request


def put_job(state: State, request: Request, name: str) -> Reply:
    """Submit a job. What it refers to is checked here: the SDK does not.

    A name is taken for ever; that a second PUT is refused is a guess, and the safe one: Azure ML
    itself lets some properties of a job be changed by it, but starts nothing.
    """
    asked = request.body["properties"]
    if name in state.runs:
        raise Refusal(409, "Conflict", f"a job {name} exists")
    _check(state, asked)
    output = {
        "jobOutputType": "uri_folder",
        "mode": "ReadWriteMount",
        "uri": f"azureml://datastores/workspaceartifactstore/{log_prefix(name).rstrip('/')}",
    }
    properties = {
        **copy.deepcopy(asked),
        "status": "NotStarted",
        "services": {
            "Studio": {
                "jobServiceType": "Studio",
                "endpoint": f"https://ml.azure.com/runs/{name}?wsid={ARM}",
            }
        },
        "outputs": {**(asked.get("outputs") or {}), "default": output},
    }
    code = state.asset(_below(asked["codeId"]))["properties"]["codeUri"]
    folder = state.folder / "jobs" / name
    environ = dict(state.node_environ)
    cluster = state.capacities[_compute_of(asked)]
    run = Run(name, properties, folder, state.artifacts, state.faults, environ, code, cluster)
    state.runs[name] = run
    reply = Reply(201, _shown(run, run.status))
    run.start()
    return reply


def get_job(state: State, request: Request, name: str) -> Reply:
    run = state.run(name)
    return Reply(200, _shown(run, state.faults.status(run.status)))


def cancel_job(state: State, request: Request, name: str) -> Reply:
    """Accepted at once; the job ends later."""
    state.run(name).strike(Blow.CANCEL)
    version = request.query["api-version"]
    url = f"{state.base_url}{ARM}/operations/cancel-{name}?api-version={version}"
    return Reply(202, None, {"Location": url, "Retry-After": "1"})


def run_details(state: State, request: Request, name: str) -> Reply:
    """What run history says of a job: its logs and why it failed."""
    run = state.run(name)
    details: Document = {
        "runId": name,
        "status": run.status,
        "properties": {},
        "logFiles": state.artifacts.log_urls(name),
        "warnings": [],
        "error": None if run.error is None else {"error": run.error},
    }
    return Reply(200, details)


def run_data(state: State, request: Request) -> Reply:
    """The named outputs of a job; ours have none, their results are in the media store."""
    run = state.run(request.body["runId"])
    return Reply(200, {"runMetadata": {"runId": run.name, "outputs": {}}})


def _shown(run: Run, status: str) -> Document:
    properties: dict[str, Any] = {**copy.deepcopy(run.properties), "status": status}
    return resource("/jobs", f"jobs/{run.name}", properties)


def _check(state: State, asked: Document) -> None:
    compute = _compute_of(asked)
    if compute not in state.computes:
        raise Refusal(400, "UserError", f"there is no compute {compute}")
    most = state.computes[compute]["properties"]["properties"]["scaleSettings"]["maxNodeCount"]
    if asked["resources"]["instanceCount"] > most:
        raise Refusal(400, "UserError", f"{compute} has no more than {most} nodes")
    state.asset(_below(asked["environmentId"]))


def _compute_of(asked: Document) -> str:
    return str(asked["computeId"].rsplit("/", 1)[-1])


def _below(identifier: str) -> str:
    """The part of a resource's id that is below the workspace."""
    path = identifier.removeprefix("azureml:")
    head, found, tail = path.partition(f"/workspaces/{ARM.rsplit('/', 1)[-1]}/")
    if not found:
        raise Refusal(400, "UserError", f"{head} is not in this workspace")
    return tail
