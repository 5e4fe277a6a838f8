"""A style job as Azure ML is told of it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from style_pipeline import layout
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.job import StyleJob
from style_pipeline.launchers.environment import rank_environment

if TYPE_CHECKING:
    from azure.ai.ml.entities import Command

EXPERIMENT = "style_pipeline"


@dataclass(frozen=True)
class Order:
    """One attempt at a job: its name, its size, and the longest it may run."""

    name: str
    nodes: int
    seconds: float
    tags: Mapping[str, str]


def nodes_for(shards: int, settings: AzureSettings) -> int:
    """Nodes that ``shards`` can keep busy, one shard per GPU at the least; one where none is left.

    One is enough to find that there is nothing to do and to report it.
    """
    wanted = -(-shards // settings.gpus_per_node)
    return max(1, min(settings.nodes, wanted))


def command_job(
    order: Order,
    job: StyleJob,
    store_url: str,
    settings: AzureSettings,
    code: Path,
    pipes: Mapping[str, str],
) -> "Command":
    """One MPI rank per GPU; ``code`` holds the package, ``pipes`` leads rank 0 to Dagster.

    ``-m mpi4py`` makes one rank's end the end of all: without it the others would wait in a
    barrier until the time limit, at full price.
    """
    from azure.ai.ml import MpiDistribution, command
    from azure.ai.ml.entities import ManagedIdentityConfiguration

    worker = ["python", "-m", "mpi4py", "-m", "style_pipeline.worker"]
    arguments = ["--store", store_url, "--job", layout.job_key(job.prefix)]
    return command(
        name=order.name,
        display_name=f"{job.look.slug}: {job.video}",
        experiment_name=EXPERIMENT,
        tags=dict(order.tags),
        code=str(code),
        command=shlex.join([*worker, *arguments]),
        environment=settings.environment,
        environment_variables=rank_environment({}, job.threads_per_rank, pipes),
        compute=settings.compute,
        instance_count=order.nodes,
        distribution=MpiDistribution(process_count_per_instance=settings.gpus_per_node),
        timeout=max(1, round(order.seconds)),
        identity=ManagedIdentityConfiguration(client_id=settings.identity_client),
    )
