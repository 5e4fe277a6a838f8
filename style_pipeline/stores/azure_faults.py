"""Azure's errors, mapped into ours where the Azure store meets them.

Azure's exceptions, and those of the layers below that they are raised from, carry whole URLs with
their signatures. Ours are therefore raised from None, and quote one scrubbed line.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DeserializationError,
    HttpResponseError,
    ResourceModifiedError,
    ResourceNotFoundError,
    SerializationError,
    ServiceRequestError,
    ServiceResponseError,
)

from style_pipeline.errors import ObjectChanged, ObjectMissing, StoreError
from style_pipeline.stores.azure_secrets import scrub

FOREIGN = (AzureError, DeserializationError, SerializationError)
"""Everything that Azure's libraries raise; credentials that fail are AzureErrors too."""

_THERE_ALREADY = {"BlobAlreadyExists"}
_CHANGED = {
    "BlobOverwritten",
    "ConditionNotMet",
    "SourceConditionNotMet",
    "TargetConditionNotMet",
}
_NO_CONTAINER = {"ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled"}
_CAUSE_CHARACTERS = 200

_LATER = "try again later"
_SIGN_IN = (
    "no sign-in to Azure works here; run 'az login', give this machine a managed identity, or set "
    "STYLE_PIPELINE_STORE_CONNECTION_STRING or STYLE_PIPELINE_STORE_SAS"
)
_ROLE = (
    "give the identity the role 'Storage Blob Data Contributor' on the container, or renew the "
    "connection string or SAS"
)


class BlocksLost(StoreError):
    """Another writer of the same name finished first, and Azure dropped the blocks sent so far."""


@contextmanager
def talking(what: str, remedy: str = _LATER, role: str = _ROLE) -> Iterator[None]:
    """Maps what Azure's libraries raise while the store works on ``what``.

    ``remedy`` is for what has none of its own, ``role`` for what Azure refuses.
    """
    try:
        yield
    except FOREIGN as error:
        raise mapped(what, error, remedy, role) from None


def mapped(what: str, error: Exception, remedy: str = _LATER, role: str = _ROLE) -> StoreError:
    """Our error for ``error``: one line with its cause and a remedy."""
    code = code_of(error)
    if code in _THERE_ALREADY:
        return ObjectChanged(f"{what!r} is there already; it was left as it is")
    if code in _CHANGED or isinstance(error, ResourceModifiedError):
        return ObjectChanged(f"{what!r} has changed since it was read; read it again")
    if code == "InvalidBlockList":
        return BlocksLost(f"{what!r} is being written by others too; write it again")
    if code in _NO_CONTAINER:
        return StoreError(
            "the store's container does not exist; create it, or correct STYLE_PIPELINE_STORE"
        )
    if isinstance(error, ResourceNotFoundError):
        return ObjectMissing(f"{what!r} is not in the store; upload it first")
    return _refused(error, code, role) or _failed(what, error, remedy)


def code_of(error: Exception) -> str | None:
    """The storage service's own name for what is wrong, where it told one."""
    code = getattr(error, "error_code", None)
    return None if code is None else str(getattr(code, "value", code))


def _refused(error: Exception, code: str | None, role: str) -> StoreError | None:
    status = error.status_code if isinstance(error, HttpResponseError) else None
    if status in (401, 403) or (status and isinstance(error, ClientAuthenticationError)):
        return StoreError(f"Azure refuses access ({code or status}); {role}")
    if isinstance(error, ClientAuthenticationError):
        return StoreError(_SIGN_IN)
    return None


def _failed(what: str, error: Exception, remedy: str) -> StoreError:
    if isinstance(error, ServiceRequestError | ServiceResponseError):
        return StoreError(
            f"Azure cannot be reached: {_cause(error)}; check the network and the account's name"
        )
    code = code_of(error)
    named = f" ({code})" if code else ""
    return StoreError(f"{what!r} failed in Azure: {_cause(error)}{named}; {remedy}")


def _cause(error: Exception) -> str:
    lines = scrub(str(error)).split("\n")
    return lines[0].strip().rstrip(".")[:_CAUSE_CHARACTERS] or type(error).__name__
