"""The settings of Azure ML: where the cluster is, how large it may grow, what it costs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from style_pipeline.azure_prices import PRIORITIES, Price, look_up
from style_pipeline.errors import ConfigurationError
from style_pipeline.variables import Reader

PREFIX = "STYLE_PIPELINE_AZURE_"
OPERATIONS = f"{PREFIX}OPERATIONS"

VARIABLES = {
    f"{PREFIX}SUBSCRIPTION": "Azure subscription of the workspace",
    f"{PREFIX}RESOURCE_GROUP": "resource group of the workspace",
    f"{PREFIX}WORKSPACE": "Azure ML workspace",
    OPERATIONS: "URL of the container for what jobs report and for learnt styles, not the media's",
    f"{PREFIX}COMPUTE": "cluster that paints (default: style-gpu)",
    f"{PREFIX}ENVIRONMENT": "the worker's environment, NAME:VERSION (default: style-worker:1)",
    f"{PREFIX}NODES": "most nodes at a time (default: 4)",
    f"{PREFIX}GPUS_PER_NODE": "GPUs of a node, one MPI rank each (default: 1)",
    f"{PREFIX}PREEMPTIONS": "resubmissions of a job whose nodes were taken away (default: 3)",
    f"{PREFIX}POLL_SECONDS": "time between two looks at a job (default: 10)",
    f"{PREFIX}PATIENCE_SECONDS": "longest time without a usable answer (default: 900)",
    f"{PREFIX}PRICES": "table of what nodes cost per hour, a TOML file (default: none)",
    f"{PREFIX}VM_SIZE": "machine of a node (default: Standard_NC4as_T4_v3)",
    f"{PREFIX}PRIORITY": "low_priority, or dedicated (default: low_priority)",
    f"{PREFIX}IDLE_SECONDS": "idle time before a node is given back (default: 120)",
    f"{PREFIX}SUBNET": "resource id of the subnet of the nodes (default: none)",
    f"{PREFIX}IDENTITY": "resource id of the nodes' own identity (default: the cluster's)",
    f"{PREFIX}IDENTITY_CLIENT": "client id of that identity, for jobs (default: the cluster's)",
}


_ENVIRONMENT = re.compile(r"[^:]+:[^:]+")
_CLIENT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SUBNET = re.compile(
    rf"/subscriptions/{_CLIENT.pattern}/resourceGroups/[^/]+"
    r"/providers/Microsoft\.Network/virtualNetworks/[^/]+/subnets/[^/]+"
)


@dataclass(frozen=True)
class AzureSettings:
    """One workspace, one cluster in it, and how jobs are run there.

    ``environment`` reads ``name:version``: a job must never get another image than the one that
    was tested. ``operations_url`` is a container of its own, so that what jobs say about themselves
    cannot be taken for media; learnt styles lie there as well.
    """

    subscription: str
    resource_group: str
    workspace: str
    operations_url: str
    compute: str = "style-gpu"
    environment: str = "style-worker:1"
    nodes: int = 4
    gpus_per_node: int = 1
    preemptions: int = 3
    poll_seconds: float = 10.0
    patience_seconds: float = 900.0
    price_per_node_hour: float | None = None
    currency: str = ""
    vm_size: str = "Standard_NC4as_T4_v3"
    priority: str = "low_priority"
    idle_seconds: int = 120
    subnet: str | None = None
    identity: str | None = None
    identity_client: str | None = None

    def __post_init__(self) -> None:
        _require(
            "ENVIRONMENT",
            self.environment,
            _ENVIRONMENT,
            "read NAME:VERSION, as 'style-pipeline azure show' prints it",
        )
        # The SDK would make a subnet of that name out of anything else, and say nothing.
        _require(
            "SUBNET",
            self.subnet,
            _SUBNET,
            "be a subnet's resource id; copy it from 'az network vnet subnet show --query id'",
        )
        _require(
            "IDENTITY_CLIENT",
            self.identity_client,
            _CLIENT,
            "be a client id; copy it from 'az identity show --query clientId'",
        )

    @property
    def price(self) -> Price | None:
        """What a node costs, where the operator has said so."""
        known = self.price_per_node_hour
        return None if known is None else Price(known, self.currency)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str], base: Path = Path()) -> Self:
        """The settings that ``environ`` asks for; relative paths start at ``base``.

        Raises ConfigurationError, naming the variable and what it may hold.
        """
        read = Reader(environ, PREFIX)
        machine = read.text("VM_SIZE", "Standard_NC4as_T4_v3")
        priority = read.choice("PRIORITY", PRIORITIES)
        table = read.path("PRICES", base)
        price = None if table is None else look_up(table, machine, priority)
        return cls(
            subscription=read.required("SUBSCRIPTION", "the subscription's id"),
            resource_group=read.required("RESOURCE_GROUP", "the workspace's resource group"),
            workspace=read.required("WORKSPACE", "the workspace's name"),
            operations_url=read.required("OPERATIONS", "the URL of a blob container for messages"),
            compute=read.text("COMPUTE", "style-gpu"),
            environment=read.text("ENVIRONMENT", "style-worker:1"),
            nodes=read.number("NODES", int, 1, 1000, 4),
            gpus_per_node=read.number("GPUS_PER_NODE", int, 1, 16, 1),
            preemptions=read.number("PREEMPTIONS", int, 0, 100, 3),
            poll_seconds=read.number("POLL_SECONDS", float, 0, 600, 10.0),
            patience_seconds=read.number("PATIENCE_SECONDS", float, 1, 86400, 900.0),
            price_per_node_hour=None if price is None else price.per_node_hour,
            currency="" if price is None else price.currency,
            vm_size=machine,
            priority=priority,
            idle_seconds=read.number("IDLE_SECONDS", int, 60, 86400, 120),
            subnet=read.text("SUBNET", None),
            identity=read.text("IDENTITY", None),
            identity_client=read.text("IDENTITY_CLIENT", None),
        )


def _require(name: str, value: str | None, pattern: re.Pattern[str], must: str) -> None:
    if value is not None and not pattern.fullmatch(value):
        raise ConfigurationError(f"{PREFIX}{name}={value!r} must {must}")
