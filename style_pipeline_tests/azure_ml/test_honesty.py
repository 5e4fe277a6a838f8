"""The local Azure ML refuses what the real one would not know: mutations of a good request."""

import copy
import socket
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from style_pipeline_tests.azure_ml import schemas
from style_pipeline_tests.azure_ml.artifacts import Artifacts
from style_pipeline_tests.azure_ml.blobs import Blobs
from style_pipeline_tests.azure_ml.control_plane import ControlPlane
from style_pipeline_tests.azure_ml.egress import guarded_egress, loopback_only
from style_pipeline_tests.azure_ml.faults import Faults
from style_pipeline_tests.azure_ml.state import ARM, State
from style_pipeline_tests.azure_ml.web import Request

Body = dict[str, Any]

JOB: Body = {
    "jobType": "Command",
    "command": "true",
    "codeId": "c",
    "computeId": "c",
    "environmentId": "e",
    "environmentVariables": {"A": "b"},
    "experimentName": "x",
    "displayName": "x",
    "isArchived": False,
    "tags": {},
    "properties": {},
    "inputs": {},
    "outputs": {},
    "distribution": {"distributionType": "Mpi", "processCountPerInstance": 1},
    "resources": {"instanceCount": 2, "properties": {}},
    "limits": {"jobLimitsType": "Command", "timeout": "PT5M"},
    "identity": {"identityType": "Managed"},
}

MUTATIONS: dict[str, Callable[[Body], object]] = {
    "unknown field": lambda job: job.update(retries=3),
    "read-only field": lambda job: job.update(status="Completed"),
    "unknown field below": lambda job: job["resources"].update(priority="high"),
    "missing field": lambda job: job.pop("command"),
    "number as text": lambda job: job["resources"].update(instanceCount="2"),
    "text as number": lambda job: job["environmentVariables"].update(A=1),
    "another kind of job": lambda job: job.update(jobType="Pipeline"),
    "another distribution": lambda job: job["distribution"].update(distributionType="PyTorch"),
    "a duration in seconds": lambda job: job["limits"].update(timeout="300"),
    "an identity by token": lambda job: job.update(identity={"identityType": "AMLToken"}),
}


def complaints(job: Body) -> list[str]:
    errors = Draft202012Validator(schemas.JOB).iter_errors({"properties": job})
    return [error.message for error in errors]


def test_a_good_job_is_accepted() -> None:
    assert complaints(JOB) == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_noticed(name: str) -> None:
    job = copy.deepcopy(JOB)
    MUTATIONS[name](job)
    assert complaints(job)


@pytest.fixture
def plane(tmp_path: Any) -> ControlPlane:
    nowhere: Any = None
    artifacts = Artifacts(Blobs(1, nowhere))
    return ControlPlane(State("https://127.0.0.1:1", tmp_path, artifacts, Faults(), {}))


def ask(plane: ControlPlane, method: str, path: str, version: str, **more: Any) -> int | None:
    headers = {"authorization": "Bearer x"}
    request = Request(method, path, {"api-version": version}, headers, more.get("body"))
    return plane.answer(request).status


def test_what_is_unknown_is_refused_and_remembered(plane: ControlPlane) -> None:
    assert ask(plane, "GET", f"{ARM}/jobs/x", "2024-01-01-preview") == 404
    assert plane.violations == []
    assert ask(plane, "GET", f"{ARM}/jobs/x", "2031-01-01") == 400
    assert ask(plane, "GET", f"{ARM}/schedules/x", "2024-01-01-preview") == 400
    assert ask(plane, "PATCH", f"{ARM}/jobs/x", "2024-01-01-preview") == 400
    assert ask(plane, "POST", f"{ARM}/jobs/x/cancel", "2023-04-01-preview", body={"a": 1}) == 400
    assert len(plane.violations) == 4


def test_nobody_without_a_token_is_answered(plane: ControlPlane) -> None:
    query = {"api-version": "2024-01-01-preview"}
    assert plane.answer(Request("GET", f"{ARM}/jobs/x", query, {}, None)).status == 401


@pytest.mark.parametrize(
    "wish",
    [
        "CONNECT management.azure.com:443 HTTP/1.1",
        "CONNECT account.blob.core.localhost:443 HTTP/1.1",
        "CONNECT core.localhost.example.com:9 HTTP/1.1",
        "GET http://example.com/ HTTP/1.1",
    ],
)
def test_the_way_out_leads_nowhere(wish: str) -> None:
    with guarded_egress(blobs=9) as egress:
        with socket.create_connection(("127.0.0.1", egress.port)) as client:
            client.sendall(f"{wish}\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 403")
        assert egress.refused == [wish]


def test_this_process_cannot_leave_either() -> None:
    with loopback_only(), pytest.raises(PermissionError, match="would leave this machine"):
        socket.create_connection(("192.0.2.1", 9), timeout=0.1)
