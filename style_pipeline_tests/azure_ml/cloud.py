"""All of it together: a cloud that fits into one process and one folder."""

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from style_pipeline_tests.azure_ml import state as names
from style_pipeline_tests.azure_ml.artifacts import Artifacts
from style_pipeline_tests.azure_ml.authority import found_authority
from style_pipeline_tests.azure_ml.blobs import ACCOUNT, Blobs, running_blobs
from style_pipeline_tests.azure_ml.capacity import Capacity
from style_pipeline_tests.azure_ml.control_plane import ControlPlane
from style_pipeline_tests.azure_ml.egress import Egress, guarded_egress
from style_pipeline_tests.azure_ml.faults import Faults
from style_pipeline_tests.azure_ml.identity import Identity, handing_out_tokens
from style_pipeline_tests.azure_ml.run import TERMINAL, Blow, Run
from style_pipeline_tests.azure_ml.state import State
from style_pipeline_tests.azure_ml.web import serving


@dataclass
class Cloud:
    """One subscription with one workspace and one storage account."""

    folder: Path
    port: int
    blobs: Blobs
    egress: Egress
    identity: Identity
    plane: ControlPlane

    @property
    def faults(self) -> Faults:
        return self.plane.state.faults

    @property
    def runs(self) -> dict[str, Run]:
        return self.plane.state.runs

    def environ(self) -> dict[str, str]:
        """All that points the unchanged SDKs here."""
        metadata = f"https://127.0.0.1:{self.port}/metadata/endpoints?api-version=2019-05-01"
        return {
            "ARM_CLOUD_METADATA_URL": metadata,
            **_trust(self.blobs),
            **self.egress.environ(),
            **self.identity.of_a_machine(),
        }

    def settings(self, **more: str) -> dict[str, str]:
        """The product's own settings for this workspace."""
        known = {
            "SUBSCRIPTION": names.SUBSCRIPTION,
            "RESOURCE_GROUP": names.RESOURCE_GROUP,
            "WORKSPACE": names.WORKSPACE,
            **more,
        }
        azure = {f"STYLE_PIPELINE_AZURE_{name}": value for name, value in known.items()}
        return {"STYLE_PIPELINE_LAUNCHER": "azure_ml", **azure}

    def provision(self, nodes: int = 4) -> None:
        """A cluster and an environment of the names that are usual, past the API."""
        scale = {"properties": {"properties": {"scaleSettings": {"maxNodeCount": nodes}}}}
        self.plane.state.computes["style-gpu"] = scale
        self.plane.state.capacities["style-gpu"] = Capacity(nodes, 120, self.plane.state.clock)
        self.plane.state.assets["environments/style-worker/versions/1"] = {"properties": {}}

    def new_container(self, account: str = ACCOUNT, name: str | None = None) -> str:
        """The URL of an empty container, as the SDKs and the product know it."""
        name = name or f"test-{uuid.uuid4().hex}"
        self.blobs.client(account).create_container(name)
        return f"{self.blobs.url(account)}/{name}"

    def wait_for(self, status: str, *, times: int = 1, seconds: float = 60) -> Run:
        """The first job, once it has come into this state so many times."""
        until = time.monotonic() + seconds
        while True:
            runs = list(self.runs.values())
            if runs and runs[0].history.count(status) >= times:
                return runs[0]
            assert time.monotonic() < until, [run.history for run in runs]
            time.sleep(0.02)

    def preempt(self, run: Run, *, restart: bool) -> None:
        """Take a node away from a job."""
        run.strike(Blow.RESTART if restart else Blow.PREEMPT)

    def forget_code(self) -> None:
        """Forget snapshots, which are kept otherwise: uploading one takes seconds."""
        assets = self.plane.state.assets
        for path in [path for path in assets if path.startswith("codes/")]:
            del assets[path]

    def reset(self) -> None:
        """Forget jobs, faults and what was asked, but not code; end what still runs."""
        for run in self.runs.values():
            run.strike(Blow.CANCEL)
        until = time.monotonic() + 20
        while any(run.status not in TERMINAL for run in self.runs.values()):
            assert time.monotonic() < until, "a job does not end"
            time.sleep(0.02)
        state = self.plane.state
        state.runs.clear()
        state.computes.clear()
        state.capacities.clear()
        for path in [path for path in state.assets if not path.startswith("codes/")]:
            del state.assets[path]
        state.faults = Faults()
        self.plane.calls.clear()
        self.plane.bodies.clear()
        self.plane.violations.clear()
        self.egress.refused.clear()


@contextmanager
def local_cloud(folder: Path) -> Iterator[Cloud]:
    """A cloud on loopback, for as long as the block lasts; its files lie in ``folder``."""
    authority = found_authority(folder)
    data = folder / "blobs"
    data.mkdir()
    with ExitStack() as stack:
        blobs = stack.enter_context(running_blobs(data, authority))
        egress = stack.enter_context(guarded_egress(blobs.port))
        identity = stack.enter_context(handing_out_tokens())
        artifacts = Artifacts(blobs)
        artifacts.prepare()
        node_environ = {**_trust(blobs), **egress.environ(), **identity.of_a_node()}
        state = State("", folder, artifacts, Faults(), node_environ)
        plane = ControlPlane(state)
        port = stack.enter_context(serving(plane.answer, authority))
        state.base_url = f"https://127.0.0.1:{port}"
        yield Cloud(folder, port, blobs, egress, identity, plane)


def _trust(blobs: Blobs) -> dict[str, str]:
    return {"REQUESTS_CA_BUNDLE": str(blobs.authority.ca)}
