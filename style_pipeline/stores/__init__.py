"""Where media lies: one door, :func:`open_store`, to every back end of the store contract."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from style_pipeline.errors import ConfigurationError
from style_pipeline.notices import NoticeQueue
from style_pipeline.store import MediaStore, without_secrets
from style_pipeline.stores.azure_location import AzureLocation
from style_pipeline.stores.divided import DividedStore
from style_pipeline.stores.local import LocalStore

__all__ = ["LocalStore", "open_queue", "open_store", "open_whole", "same_account"]


def open_whole(
    url: str, learnt_url: str | None, environ: Mapping[str, str] = os.environ
) -> MediaStore:
    """The store at ``url``; what styles were learnt as lies at ``learnt_url``, where there is one.

    Raises ConfigurationError where one of them cannot be opened, or both lie in one account.
    """
    media = open_store(url, environ)
    if learnt_url is None:
        return media
    if same_account(url, learnt_url):
        raise ConfigurationError(
            "learnt styles would lie in the account of the media, where uploaders have rights; "
            "set STYLE_PIPELINE_AZURE_OPERATIONS to a container of another account"
        )
    return DividedStore(media, open_store(learnt_url, environ))


def open_store(url: str, environ: Mapping[str, str] = os.environ) -> MediaStore:
    """The store at ``url``: a folder or a container of Azure Blob Storage.

    ``file:///absolute/folder`` need not exist yet;
    ``https://ACCOUNT.blob.core.windows.net/CONTAINER/prefix`` does, and takes its credentials from
    ``environ``. Raises ConfigurationError where ``url`` is of another kind, or holds a secret.
    """
    parts = urlsplit(without_secrets(url))
    if parts.scheme in ("http", "https"):
        # Azure's libraries take a second to load; a store in a folder does without.
        from style_pipeline.stores.azure import AzureStore

        return AzureStore.open(url, environ)
    if parts.scheme != "file":
        raise ConfigurationError(
            f"{url!r} is no store that we know: write file:///absolute/path/of/a/folder, or "
            "https://ACCOUNT.blob.core.windows.net/CONTAINER"
        )
    folder = Path(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or not folder.is_absolute():
        raise ConfigurationError(
            f"{url!r} names no absolute folder: write three slashes, as in file:///srv/media"
        )
    return LocalStore(folder)


def open_queue(url: str, environ: Mapping[str, str] = os.environ) -> NoticeQueue:
    """The queue of Event Grid's messages at ``url``, with the credentials in ``environ``.

    Raises ConfigurationError where one of them cannot be used.
    """
    from style_pipeline.stores.azure_queue import AzureQueue

    return AzureQueue.open(url, environ)


def same_account(one: str, other: str) -> bool:
    """Whether two stores lie in one storage account of Azure, which one key would open."""
    if not all(urlsplit(url).scheme in ("http", "https") for url in (one, other)):
        return False
    return AzureLocation.parse(one).account_url == AzureLocation.parse(other).account_url
