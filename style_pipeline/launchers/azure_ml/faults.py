"""Where the Azure SDKs' exceptions enter our tree; no other module here catches them."""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from style_pipeline.errors import ClusterError, ClusterUnavailable, ConfigurationError
from style_pipeline.stores.azure_secrets import scrub

_PASSING = {408, 425, 429, 500, 502, 503, 504}


@contextmanager
def told(action: str) -> Iterator[None]:
    """Turns the SDKs' errors into ours; ``action`` completes "Azure ML failed at ..."."""
    try:
        yield
    except ClientAuthenticationError as error:
        raise ConfigurationError(
            f"Azure ML does not know who is {action}: {_line(error)}; sign in with 'az login', "
            "or give this machine a managed identity that may use the workspace"
        ) from error
    except (ServiceRequestError, ServiceResponseError) as error:
        raise ClusterUnavailable(f"Azure ML was out of reach while {action}: {_line(error)}") from (
            error
        )
    except HttpResponseError as error:
        if error.status_code in _PASSING:
            raise ClusterUnavailable(
                f"Azure ML answered {error.status_code} while {action}"
            ) from error
        raise ClusterError(f"Azure ML refused {action}: {_line(error)}") from error
    except AzureError as error:
        raise ClusterError(f"Azure ML could not go on {action}: {_line(error)}") from error


def _line(error: Exception) -> str:
    """The error's first words; the SDK's messages run over many lines."""
    return scrub(" ".join(str(error).split()))[:400] or type(error).__name__
