"""What a workspace knows: code, environments, clusters, jobs."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from style_pipeline_tests.azure_ml.artifacts import Artifacts
from style_pipeline_tests.azure_ml.capacity import Capacity
from style_pipeline_tests.azure_ml.faults import Faults
from style_pipeline_tests.azure_ml.run import Run

SUBSCRIPTION = "00000000-1111-2222-3333-444444444444"
RESOURCE_GROUP, WORKSPACE = "studio", "paintings"
PROVIDER = "Microsoft.MachineLearningServices"
ARM = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{RESOURCE_GROUP}"
    f"/providers/{PROVIDER}/workspaces/{WORKSPACE}"
)

Document = dict[str, Any]


class Refusal(Exception):
    """An answer other than success, as Azure words it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class State:
    """One workspace; assets are kept by the path of their version below the workspace."""

    base_url: str
    folder: Path
    artifacts: Artifacts
    faults: Faults
    node_environ: Mapping[str, str]
    assets: dict[str, Document] = field(default_factory=dict)
    computes: dict[str, Document] = field(default_factory=dict)
    capacities: dict[str, Capacity] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def run(self, name: str) -> Run:
        """The job of this name."""
        if name not in self.runs:
            raise Refusal(404, "UserError", f"Run {name} was not found")
        return self.runs[name]

    def asset(self, path: str) -> Document:
        """A version of a code or an environment; paths are compared without regard to case."""
        if path.lower() not in self.assets:
            raise Refusal(404, "UserError", f"{path} was not found")
        return self.assets[path.lower()]


def resource(kind: str, path: str, properties: Document, **more: Any) -> Document:
    """The envelope that every resource comes in."""
    return {
        "id": f"{ARM}/{path}" if path else ARM,
        "name": path.rsplit("/", 1)[-1] if path else WORKSPACE,
        "type": f"{PROVIDER}/workspaces{kind}",
        "systemData": {"createdAt": now(), "createdBy": "local", "createdByType": "Application"},
        "properties": properties,
        **more,
    }


def now() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
