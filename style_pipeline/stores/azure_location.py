"""Where in Azure a store lies, read from its URL."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, quote, unquote, urlsplit

from style_pipeline import key
from style_pipeline.addresses import is_safe
from style_pipeline.errors import ConfigurationError
from style_pipeline.store import without_secrets

FORM = "https://ACCOUNT.blob.core.windows.net/CONTAINER"

_CONTAINER = re.compile(r"[a-z0-9](-?[a-z0-9]){2,62}")


@dataclass(frozen=True)
class AzureLocation:
    """An account's address, a container in it, and what every blob's name begins with.

    ``prefix`` is empty or ends with a slash.
    """

    account_url: str
    container: str
    prefix: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """The place that ``url`` names: ``https://ACCOUNT.blob.core.windows.net/CONTAINER/prefix``.

        Emulators have the account in the path, ``https://host:port/ACCOUNT/CONTAINER``, and may be
        spoken to without encryption where they run on this machine. Raises ConfigurationError.
        """
        parts = urlsplit(without_secrets(url))
        origin = _origin(parts)
        segments = [unquote(segment) for segment in parts.path.strip("/").split("/")]
        if ".blob." not in origin:
            origin = f"{origin}/{quote(segments.pop(0))}"
        container, *below = segments or [""]
        if not _CONTAINER.fullmatch(container) or len(container) > 63:
            raise ConfigurationError(
                "the store's URL names no container (3 to 63 lower-case letters, digits and "
                f"single hyphens); write {FORM}"
            )
        return cls(origin, container, _prefix(below))

    @property
    def url(self) -> str:
        """What :meth:`parse` reads this place from; never a secret."""
        return f"{self.account_url}/{self.container}/{quote(self.prefix)}".rstrip("/")


def _origin(parts: SplitResult) -> str:
    """Scheme, host and port; only a connection that stays on this machine may lack encryption."""
    if not is_safe(parts.geturl()):
        raise ConfigurationError(
            f"the store's URL names no host, or sends media there without encryption; write {FORM}"
        )
    host = parts.hostname or ""
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{parts.port}" if parts.port else "")


def _prefix(segments: list[str]) -> str:
    prefix = "/".join(segments)
    reason = key.fault(prefix) if prefix else None
    if reason is not None:
        raise ConfigurationError(f"the folder in the store's URL cannot be used: {reason}")
    return f"{prefix}/" if prefix else ""
