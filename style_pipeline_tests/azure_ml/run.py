"""The life of one command job, from the queue to its end, with nodes that really run it."""

import os
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from style_pipeline_tests.azure_ml.artifacts import Artifacts
from style_pipeline_tests.azure_ml.capacity import Capacity
from style_pipeline_tests.azure_ml.faults import Faults
from style_pipeline_tests.azure_ml.nodes import Nodes, working_nodes

TERMINAL = ("Completed", "Failed", "Canceled")
_LOOK_SECONDS = 0.05


class Blow(Enum):
    """What may hit a running job from outside."""

    CANCEL = "cancel"
    TIMEOUT = "timeout"
    RESTART = "preempted, and started again"
    PREEMPT = "preempted, and failed"
    FREEZE = "a node's heartbeat is lost"
    THAW = "and is there again"


@dataclass
class Run:
    """One job; ``properties`` is what the API shows of it, ``error`` what run history shows."""

    name: str
    properties: dict[str, Any]
    folder: Path
    artifacts: Artifacts
    faults: Faults
    environ: dict[str, str]
    code_uri: str
    cluster: Capacity
    error: dict[str, str] | None = None
    starts: int = 0
    history: list[str] = field(default_factory=list)
    _blow: Blow | None = None

    def start(self) -> None:
        """Live, in a thread of its own."""
        threading.Thread(target=self._run, name=f"job {self.name}", daemon=True).start()

    @property
    def status(self) -> str:
        return str(self.properties["status"])

    @property
    def nodes(self) -> int:
        return int((self.properties.get("resources") or {}).get("instanceCount") or 1)

    def strike(self, blow: Blow) -> None:
        """Let something happen to the job; too late where it has ended."""
        if self.status in TERMINAL:
            return
        if blow is Blow.CANCEL:
            self._become("CancelRequested")
        self._blow = blow

    def _run(self) -> None:
        try:
            while (end := self._live()) is None:
                pass
        except Exception as fault:  # noqa: BLE001 - the emulator's own; the test must see it
            self.error = {"code": "EmulatorError", "message": repr(fault)}
            end = "Failed"
        self._become(end)

    def _live(self) -> str | None:
        """One start of the job; its last status, or None where it is to be started again."""
        self.starts += 1
        self._become("Queued")
        if not self._queue():
            return "Canceled"
        try:
            return self._occupy()
        finally:
            self.cluster.release(self.name)

    def _occupy(self) -> str | None:
        """From the first node to the last; as :meth:`_live`."""
        for status in ("Preparing", "Starting"):
            self._become(status)
        if self.faults.instead is not None:
            self._become("Running")
            self.faults.instead()
            return self._verdict(0)
        code = self._work()
        if self._blow is Blow.RESTART:
            self._blow = None
            return None
        return self._verdict(code)

    def _work(self) -> int | None:
        """Run the command on the nodes; its return code, or None where a blow ended it."""
        home = self.folder / f"start-{self.starts}"
        logs = self.folder / "user_logs"
        logs.mkdir(parents=True, exist_ok=True)
        code = home / "snapshot"
        self.artifacts.fetch_code(self.code_uri, code)
        launcher = (logs / "mpi_launcher.txt").open("a")
        with (
            launcher,
            working_nodes(
                home / "nodes",
                self.nodes,
                int(self.properties["distribution"]["processCountPerInstance"]),
                self.properties["command"],
                code,
                logs,
                self._environment(),
                lambda line: print(line, file=launcher, flush=True),
            ) as nodes,
        ):
            self._become("Running")
            result = self._attend(nodes)
        self.artifacts.keep_logs(self.name, logs)
        return result

    def _attend(self, nodes: Nodes) -> int | None:
        limit = seconds_of((self.properties.get("limits") or {}).get("timeout"))
        until = time.monotonic() + limit
        while (code := nodes.running.wait(_LOOK_SECONDS)) is None:
            if time.monotonic() > until:
                self._blow = Blow.TIMEOUT
            if self._blow is Blow.FREEZE:
                self._pass_over(nodes.freeze, nodes.number - 1, "NotResponding")
            if self._blow is Blow.THAW:
                self._pass_over(nodes.thaw, nodes.number - 1, "Running")
            if self._blow in (Blow.RESTART, Blow.PREEMPT):
                nodes.kill(nodes.number - 1)
            if self._blow is not None:
                return None
        return code

    def _pass_over(self, what: Callable[[int], None], node: int, status: str) -> None:
        """A blow that does not end the job."""
        self._blow = None
        what(node)
        self._become(status)

    def _verdict(self, code: int | None) -> str:
        if self._blow in (Blow.CANCEL, Blow.TIMEOUT):
            return "Canceled"
        if self._blow is Blow.PREEMPT:
            self.error = {"code": "PreemptionError", "message": "a node was preempted"}
            return "Failed"
        self._become("Finalizing")
        if code == 0:
            return "Completed"
        self.error = {"code": "UserError", "message": f"Execution failed with exit code {code}"}
        return "Failed"

    def _queue(self) -> bool:
        """Wait for nodes; whether the job has got them, and was not cancelled meanwhile."""
        until = time.monotonic() + self.faults.queue_seconds
        while self._blow is not Blow.CANCEL:
            if time.monotonic() >= until and self.cluster.claim(self.name, self.nodes):
                return True
            time.sleep(_LOOK_SECONDS)
        return False

    def _become(self, status: str) -> None:
        self.properties["status"] = status
        self.history.append(status)

    def _environment(self) -> dict[str, str]:
        """What a container on a node sees: nothing of this process but where programs are."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        azure = {
            "AZUREML_RUN_ID": self.name,
            "AZUREML_NODE_COUNT": str(self.nodes),
            "AZUREML_EXPERIMENT_NAME": str(self.properties.get("experimentName", "Default")),
        }
        asked = self.properties.get("environmentVariables") or {}
        return {**kept, "PATH": path, **self.environ, **azure, **asked}


def seconds_of(duration: str | None) -> float:
    """An ISO 8601 duration as the SDK writes it (``PT5M``, ``PT90S``); none is for ever."""
    if duration is None:
        return float("inf")
    pattern = r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?"
    match = re.fullmatch(pattern, duration)
    assert match is not None, duration
    sizes = (86400, 3600, 60, 1)
    return sum(float(part or 0) * size for part, size in zip(match.groups(), sizes, strict=True))
