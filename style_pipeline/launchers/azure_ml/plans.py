"""What has to exist in Azure ML before a job can run there, as the SDK describes it."""

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from azure.ai.ml.entities import AmlCompute, Environment, IdentityConfiguration

DOCKERFILE = Path("docker/worker/Dockerfile")
_CONTEXT = (DOCKERFILE, DOCKERFILE.with_name("cuda.lock"), DOCKERFILE.with_name("cpu.lock"))


def cluster_plan(settings: AzureSettings) -> "AmlCompute":
    """A cluster of no nodes that grows when there is work; reachable from nowhere outside."""
    from azure.ai.ml.entities import AmlCompute, NetworkSettings

    network = None if settings.subnet is None else NetworkSettings(subnet=settings.subnet)
    return AmlCompute(
        name=settings.compute,
        size=settings.vm_size,
        tier=settings.priority,
        min_instances=0,
        max_instances=settings.nodes,
        idle_time_before_scale_down=settings.idle_seconds,
        network_settings=network,
        enable_node_public_ip=False,
        ssh_public_access_enabled=False,
        identity=_identity(settings),
    )


def environment_plan(settings: AzureSettings, context: Path) -> "Environment":
    """The worker's image, to be built by Azure ML from ``context``."""
    from azure.ai.ml.entities import BuildContext, Environment

    name, version = settings.environment.split(":")
    return Environment(
        name=name,
        version=version,
        description="What style_pipeline's MPI worker runs in",
        build=BuildContext(path=str(context), dockerfile_path=DOCKERFILE.as_posix()),
    )


@contextmanager
def build_context(checkout: Path) -> Iterator[Path]:
    """The few files of a checkout that the image is built from, in a folder of their own.

    Raises ConfigurationError where ``checkout`` is not one.
    """
    with TemporaryDirectory(prefix="style-pipeline-") as folder:
        for file in _CONTEXT:
            if not (checkout / file).is_file():
                raise ConfigurationError(
                    f"there is no {file} in {checkout.resolve()}; name a checkout of the project "
                    "with --source"
                )
            target = Path(folder) / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(checkout / file, target)
        yield Path(folder)


def as_yaml(plan: "AmlCompute | Environment") -> str:
    """The plan as ``az ml`` would read it."""
    text = io.StringIO()
    plan.dump(text)
    return text.getvalue().strip()


def _identity(settings: AzureSettings) -> "IdentityConfiguration":
    from azure.ai.ml.entities import IdentityConfiguration, ManagedIdentityConfiguration

    if settings.identity is None:
        return IdentityConfiguration(type="system_assigned")
    assigned = ManagedIdentityConfiguration(resource_id=settings.identity)
    return IdentityConfiguration(type="user_assigned", user_assigned_identities=[assigned])
