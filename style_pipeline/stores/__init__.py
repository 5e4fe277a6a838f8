"""Where media lies: one door, :func:`open_store`, to every back end of the store contract."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from style_pipeline.errors import ConfigurationError
from style_pipeline.store import MediaStore
from style_pipeline.stores.local import LocalStore

__all__ = ["LocalStore", "open_store"]


def open_store(url: str) -> MediaStore:
    """The store at ``url``: ``file:///absolute/folder``, which need not exist yet.

    Raises ConfigurationError where ``url`` is of another kind or names no absolute folder.
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        raise ConfigurationError(
            f"{url!r} is no store that we know: write file:///absolute/path/of/a/folder"
        )
    folder = Path(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or not folder.is_absolute():
        raise ConfigurationError(
            f"{url!r} names no absolute folder: write three slashes, as in file:///srv/media"
        )
    return LocalStore(folder)
