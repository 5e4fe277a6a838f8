"""A task as Azure ML is told of it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from style_pipeline import layout
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.launchers.azure_ml.tasks import Size, Task
from style_pipeline.launchers.environment import rank_environment
from style_pipeline.worker.arguments import arguments_for

if TYPE_CHECKING:
    from azure.ai.ml.entities import Command

EXPERIMENT = "style_pipeline"


@dataclass(frozen=True)
class Order:
    """One attempt at a task: its name, its size, and the longest it may run."""

    name: str
    size: Size
    seconds: float
    tags: Mapping[str, str]


def command_job(
    order: Order,
    task: Task[Any],
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

    worker = ["python", "-m", "mpi4py", "-m", task.program]
    job_key = layout.job_key(task.work.prefix)
    arguments = arguments_for(store_url, settings.operations_url, job_key)
    return command(
        name=order.name,
        display_name=task.title,
        experiment_name=EXPERIMENT,
        tags=dict(order.tags),
        code=str(code),
        command=shlex.join([*worker, *arguments]),
        environment=settings.environment,
        environment_variables=rank_environment({}, order.size.threads, pipes),
        compute=settings.compute,
        instance_count=order.size.nodes,
        distribution=MpiDistribution(process_count_per_instance=order.size.ranks),
        timeout=max(1, round(order.seconds)),
        identity=ManagedIdentityConfiguration(client_id=settings.identity_client),
    )
