"""Where Azure ML keeps code and logs: containers of the workspace's storage account."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from style_pipeline_tests.azure_ml.blobs import Blobs

DATASTORES = {"workspaceblobstore": "azureml-blobstore", "workspaceartifactstore": "azureml"}
"""Datastore names, and the container of each."""

LOGS = DATASTORES["workspaceartifactstore"]


@dataclass(frozen=True)
class Artifacts:
    """The workspace's containers."""

    blobs: Blobs

    def prepare(self) -> None:
        """Make the containers that every workspace has."""
        for container in DATASTORES.values():
            self.blobs.client().create_container(container)

    def new_upload(self) -> tuple[str, str]:
        """A container for one upload: its URL, and the URL that may be written to."""
        container = str(uuid.uuid4())
        self.blobs.client().create_container(container)
        url = f"{self.blobs.url()}/{container}"
        return url, f"{url}?{self.blobs.sas(container, 'rcwl')}"

    def fetch_code(self, uri: str, folder: Path) -> None:
        """Unpack a snapshot, as every node does."""
        container, _, prefix = urlsplit(uri).path.lstrip("/").partition("/")
        client = self.blobs.client().get_container_client(container)
        for blob in client.list_blobs(name_starts_with=prefix or None):
            target = folder / blob.name.removeprefix(prefix).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(client.download_blob(blob.name).readall())

    def keep_logs(self, job: str, folder: Path) -> None:
        """Put a job's logs where the SDK fetches them from."""
        client = self.blobs.client().get_container_client(LOGS)
        for file in folder.iterdir():
            name = f"{log_prefix(job)}user_logs/{file.name}"
            client.upload_blob(name, file.read_bytes(), overwrite=True)

    def log_urls(self, job: str) -> dict[str, str]:
        """Every log of a job, by its name, as a URL that may be read."""
        sas = self.blobs.sas(LOGS, "r")
        client = self.blobs.client().get_container_client(LOGS)
        prefix = log_prefix(job)
        return {
            blob.name.removeprefix(prefix): f"{self.blobs.url()}/{LOGS}/{blob.name}?{sas}"
            for blob in client.list_blobs(name_starts_with=prefix)
        }


def log_prefix(job: str) -> str:
    """The folder of a job in the artifact store."""
    return f"ExperimentRun/dcid.{job}/"
