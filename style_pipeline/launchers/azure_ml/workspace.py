"""The jobs of one Azure ML workspace: the only module that asks Azure ML about jobs."""

import io
import json
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.launchers.azure_ml.connection import connect
from style_pipeline.launchers.azure_ml.faults import told
from style_pipeline.launchers.azure_ml.states import State, state_of

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.ai.ml.entities import Command, Job


@dataclass(frozen=True)
class Sighting:
    """A job as it was when somebody looked."""

    name: str
    status: str
    studio_url: str
    nodes: int

    @property
    def state(self) -> State:
        return state_of(self.status)


class Workspace:
    """Submits jobs and looks at them; raises errors of :mod:`style_pipeline.errors` only."""

    def __init__(self, settings: AzureSettings) -> None:
        self._settings = settings

    @cached_property
    def _client(self) -> "MLClient":
        return connect(self._settings)

    def submit(self, command: "Command") -> None:
        """Start the job, unless one of its name exists: names are never used twice."""
        with told("submitting a job"):
            try:
                self._client.jobs.create_or_update(command)
            except ResourceExistsError:
                return

    def look(self, name: str) -> Sighting | None:
        """The job as it is now; None where there is none of this name."""
        with told(f"looking at {name}"):
            try:
                return _sighting(self._client.jobs.get(name))
            except ResourceNotFoundError:
                return None

    def cancel(self, name: str) -> None:
        """Ask for the end of a job; returns before it has ended. An absent job is no error."""
        with told(f"cancelling {name}"):
            try:
                self._client.jobs.begin_cancel(name, polling=False)
            except ResourceNotFoundError:
                return

    def why_failed(self, name: str) -> str:
        """What Azure ML says of a failed job, as ``code: message``; empty where it says nothing."""
        from azure.ai.ml.exceptions import JobException

        with told(f"asking why {name} failed"), redirect_stdout(io.StringIO()):
            try:
                self._client.jobs.stream(name)
            except JobException as error:
                return _reason(str(error))
        return ""

    def fetch_logs(self, name: str, folder: Path) -> list[Path]:
        """Put the log of every rank of an ended job below ``folder``; the files, in rank order."""
        with told(f"fetching the logs of {name}"):
            self._client.jobs.download(name, download_path=folder)
        return sorted(folder.rglob("user_logs/std_log_process_*.txt"))


def _sighting(job: "Job") -> Sighting:
    studio = (job.services or {}).get("Studio")
    resources = getattr(job, "resources", None)
    return Sighting(
        name=str(job.name),
        status=str(getattr(job.status, "value", job.status)),
        studio_url=str(getattr(studio, "endpoint", None) or ""),
        nodes=int(getattr(resources, "instance_count", None) or 1),
    )


def _reason(text: str) -> str:
    """The SDK wraps the run's error in words; what is not its JSON is passed on as it is."""
    try:
        error = json.loads(text[text.index("{") :])["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return " ".join(text.split())
