"""The one place that makes a client of Azure ML."""

import logging
from typing import TYPE_CHECKING

from azure.identity import DefaultAzureCredential

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.stores.azure_secrets import guard_logs

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


def connect(settings: AzureSettings) -> "MLClient":
    """A client that signs in with what it finds: a managed identity, or ``az login``.

    The SDK's own retries would block for minutes, during which a job could neither be cancelled
    nor meet its deadline; they are cut short, and :mod:`.patience` asks again instead.
    """
    from azure.ai.ml import MLClient

    guard_logs()  # code goes up, and logs come down, by addresses that are signed
    logging.getLogger("azure.ai.ml._utils._experimental").setLevel(logging.ERROR)
    return MLClient(
        DefaultAzureCredential(),
        settings.subscription,
        settings.resource_group,
        settings.workspace,
        show_progress=False,
        enable_telemetry=False,
        retry_total=1,
        connection_timeout=30,
        read_timeout=60,
    )
