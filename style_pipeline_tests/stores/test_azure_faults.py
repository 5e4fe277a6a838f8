"""Every exception of Azure's libraries becomes one of ours."""

import inspect
import traceback
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import azure.core.exceptions
import azure.identity
import azure.storage.blob
import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.identity import CredentialUnavailableError

from style_pipeline.errors import ObjectChanged, ObjectMissing, StoreError
from style_pipeline.stores.azure_faults import BlocksLost, talking

MODULES = (azure.core.exceptions, azure.identity, azure.storage.blob)


def exceptions() -> Iterator[type[Exception]]:
    """Every exception that the libraries make public."""
    for module in MODULES:
        yield from found_in(module)


def found_in(module: ModuleType) -> Iterator[type[Exception]]:
    for name, kind in inspect.getmembers(module, inspect.isclass):
        if issubclass(kind, Exception) and not name.startswith("_"):
            yield kind


def made(kind: type[Exception], message: str = "https://h/c?sig=c2VjcmV0\nmore") -> Exception:
    """An instance, without caring for what each constructor wants."""
    error = kind.__new__(kind)
    error.args = (message,)
    error.message = message  # type: ignore[attr-defined]
    error.status_code = error._error_format = None  # type: ignore[attr-defined]
    return error


def test_there_is_something_to_enumerate() -> None:
    names = {kind.__name__ for kind in exceptions()}
    assert {"HttpResponseError", "CredentialUnavailableError", "DecodeError"} <= names
    assert len(names) > 15


@pytest.mark.parametrize("kind", sorted(set(exceptions()), key=lambda kind: kind.__name__))
def test_every_exception_is_mapped_without_its_secrets(kind: type[Exception]) -> None:
    with pytest.raises(StoreError) as error, talking("k"):
        raise made(kind)
    assert "; " in str(error.value)
    assert "\n" not in str(error.value)
    assert "c2VjcmV0" not in "".join(traceback.format_exception(error.value))


def answer(kind: type[HttpResponseError], status: int, code: str | None) -> HttpResponseError:
    response: Any = SimpleNamespace(status_code=status, reason="Odd", headers={})
    error = kind("Odd", response=response)
    error.error_code = code  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "ours", "text"),
    [
        (answer(ResourceNotFoundError, 404, "BlobNotFound"), ObjectMissing, "upload it first"),
        (answer(ResourceNotFoundError, 404, None), ObjectMissing, "upload it first"),
        (answer(ResourceNotFoundError, 404, "ContainerNotFound"), StoreError, "create it"),
        (answer(ResourceExistsError, 409, "ContainerBeingDeleted"), StoreError, "create it"),
        (answer(ResourceExistsError, 409, "BlobAlreadyExists"), ObjectChanged, "there already"),
        (answer(ResourceModifiedError, 412, "ConditionNotMet"), ObjectChanged, "read it again"),
        (answer(HttpResponseError, 412, "TargetConditionNotMet"), ObjectChanged, "read it again"),
        (answer(HttpResponseError, 412, "LeaseIdMissing"), StoreError, "LeaseIdMissing"),
        (answer(ResourceExistsError, 409, "BlobArchived"), StoreError, "BlobArchived"),
        (answer(HttpResponseError, 400, "InvalidBlockList"), BlocksLost, "write it again"),
        (answer(HttpResponseError, 403, "AuthorizationFailure"), StoreError, "Data Contributor"),
        (answer(ClientAuthenticationError, 401, None), StoreError, "Data Contributor"),
        (answer(ClientAuthenticationError, 400, "InvalidAuthenticationInfo"), StoreError, "renew"),
        (answer(HttpResponseError, 503, "ServerBusy"), StoreError, "try again later"),
        (CredentialUnavailableError("none"), StoreError, "az login"),
        (ServiceRequestError("no such host"), StoreError, "check the network"),
        (AzureError(""), StoreError, "AzureError"),
    ],
    ids=lambda value: str(getattr(value, "error_code", "") or ""),
)
def test_each_has_its_own_meaning_and_remedy(
    error: Exception, ours: type[StoreError], text: str
) -> None:
    with pytest.raises(StoreError, match=text) as mapped, talking("k"):
        raise error
    assert type(mapped.value) is ours


def test_other_exceptions_pass() -> None:
    with pytest.raises(ZeroDivisionError), talking("k"):
        raise ZeroDivisionError
