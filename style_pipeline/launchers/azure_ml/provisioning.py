"""Makes, shows and removes what jobs need in an Azure ML workspace; doing it again is no harm."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from azure.core.exceptions import ResourceNotFoundError

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.launchers.azure_ml.connection import connect
from style_pipeline.launchers.azure_ml.faults import told
from style_pipeline.launchers.azure_ml.plans import build_context, cluster_plan, environment_plan

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.ai.ml.entities import Compute


class Provisioning:
    """One workspace's cluster and environment; raises errors of :mod:`style_pipeline.errors`."""

    def __init__(self, settings: AzureSettings) -> None:
        self._settings = settings

    @cached_property
    def _client(self) -> "MLClient":
        return connect(self._settings)

    def provision(self, checkout: Path) -> Iterator[str]:
        """Make or change the cluster, register the environment; says what was done."""
        with told("making the cluster"):
            plan = cluster_plan(self._settings)
            self._client.compute.begin_create_or_update(plan).result()
        yield f"cluster {self._settings.compute}: ready, 0 to {self._settings.nodes} nodes"
        yield from self.register(checkout)

    def register(self, checkout: Path) -> Iterator[str]:
        """Register the environment alone, where somebody else makes the cluster.

        A version of an environment never changes once it is registered.
        """
        if self._has_environment():
            yield f"environment {self._settings.environment}: registered already"
            return
        with told("registering the environment"), build_context(checkout) as context:
            self._client.environments.create_or_update(environment_plan(self._settings, context))
        yield f"environment {self._settings.environment}: registered; built by its first job"

    def show(self) -> Iterator[str]:
        """What there is, one line each."""
        cluster = self._cluster()
        name = self._settings.compute
        if cluster is None:
            yield f"cluster {name}: missing; make it: style-pipeline azure provision"
        else:
            yield f"cluster {name}: {_described(cluster)}"
        state = "registered" if self._has_environment() else "missing"
        remedy = "" if state == "registered" else "; make it: style-pipeline azure provision"
        yield f"environment {self._settings.environment}: {state}{remedy}"

    def delete(self) -> Iterator[str]:
        """Remove the cluster, and with it all that costs money. Environments stay: they cost none,
        and old results name them."""
        name = self._settings.compute
        if self._cluster() is None:
            yield f"cluster {name}: there is none"
            return
        with told("removing the cluster"):
            self._client.compute.begin_delete(name).result()
        yield f"cluster {name}: removed"

    def _cluster(self) -> "Compute | None":
        with told("looking at the cluster"):
            try:
                found: Compute = self._client.compute.get(self._settings.compute)
            except ResourceNotFoundError:
                return None
            return found

    def _has_environment(self) -> bool:
        name, version = self._settings.environment.split(":")
        with told("looking at the environment"):
            try:
                self._client.environments.get(name, version)
            except ResourceNotFoundError:
                return False
            return True


def _described(cluster: "Compute") -> str:
    facts = {
        "machine": getattr(cluster, "size", None),
        "priority": getattr(cluster, "tier", None),
        "at least": getattr(cluster, "min_instances", None),
        "at most": getattr(cluster, "max_instances", None),
    }
    known = [f"{name} {value}" for name, value in facts.items() if value is not None]
    state = getattr(cluster.provisioning_state, "value", cluster.provisioning_state)
    return f"{str(state).lower()}, {', '.join(known)} nodes"
