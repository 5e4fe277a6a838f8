"""The connection to Azure: which credentials it uses, and how patient it is."""

from collections.abc import Mapping
from typing import Any

from azure.core.credentials import AzureSasCredential, TokenCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.pipeline import PipelineResponse
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient, ContainerClient, ExponentialRetry

from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import STORE_CONNECTION_STRING, STORE_SAS
from style_pipeline.stores.azure_location import AzureLocation

BLOCK = 4 << 20
"""Bytes per request of a larger object; several are on their way at once."""

_CONNECT_SECONDS = 10
_SILENCE_SECONDS = 60


def connect(location: AzureLocation, environ: Mapping[str, str]) -> ContainerClient:
    """The container at ``location``, reached with the credentials that ``environ`` asks for.

    Without any, Azure's usual sign-in is tried (managed identity, ``az login``, and so on).
    Raises ConfigurationError; no request is sent yet.
    """
    connection_string = environ.get(STORE_CONNECTION_STRING, "").strip()
    sas = environ.get(STORE_SAS, "").strip().lstrip("?")
    if connection_string and sas:
        raise ConfigurationError(
            f"both {STORE_CONNECTION_STRING} and {STORE_SAS} are set; unset one"
        )
    if connection_string:
        service = _by_connection_string(location, connection_string)
    else:
        credential = _signature(sas) if sas else _sign_in(location)
        service = BlobServiceClient(location.account_url, credential, **_options())
    return service.get_container_client(location.container)


def _by_connection_string(location: AzureLocation, text: str) -> BlobServiceClient:
    try:
        service = BlobServiceClient.from_connection_string(text, **_options())
    except ValueError:
        # The text of Azure's error is left out: it might quote the secret.
        raise ConfigurationError(
            f"{STORE_CONNECTION_STRING} is incomplete; copy it again from the account's access keys"
        ) from None
    if f"{service.scheme}://{service.primary_hostname}" != location.account_url:
        raise ConfigurationError(
            f"{STORE_CONNECTION_STRING} is of another account than the store's URL; correct one"
        )
    return service


def _signature(sas: str) -> AzureSasCredential:
    if "sig=" not in sas:
        raise ConfigurationError(
            f"{STORE_SAS} holds no signature; it looks like sv=...&sp=...&sig=..."
        )
    return AzureSasCredential(sas)


def _sign_in(location: AzureLocation) -> TokenCredential:
    if location.account_url.startswith("http://"):
        raise ConfigurationError(
            f"without encryption there is no sign-in; set {STORE_CONNECTION_STRING}, or use https"
        )
    return DefaultAzureCredential()


class _Patience(ExponentialRetry):
    """Waits 2, 4, 8, 16 seconds, each more or less a random part; a missing sign-in is final."""

    def __init__(self) -> None:
        super().__init__(
            initial_backoff=0,
            increment_base=2,
            random_jitter_range=2,
            retry_total=4,
            retry_status=4,
        )

    def increment(
        self, settings: dict[str, Any], request: Any, response: Any = None, error: Any = None
    ) -> bool:
        """Whether to try once more."""
        if isinstance(error, ClientAuthenticationError):
            return False
        return super().increment(settings, request, response, error)


def _options() -> dict[str, Any]:
    return {
        "retry_policy": _Patience(),
        "raw_response_hook": _retry_when_throttled,
        "connection_timeout": _CONNECT_SECONDS,
        "read_timeout": _SILENCE_SECONDS,
        "max_single_put_size": BLOCK,
        "max_block_size": BLOCK,
        "max_single_get_size": BLOCK,
        "max_chunk_get_size": BLOCK,
    }


def _retry_when_throttled(response: PipelineResponse[Any, Any]) -> None:
    """Azure's retries know 5xx and 408 by themselves; for 429 they need an error."""
    if response.http_response.status_code == 429:
        raise HttpResponseError("429 Too Many Requests", response=response.http_response)
