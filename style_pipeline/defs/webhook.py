"""Where people are told that something went wrong: one JSON message to a web hook."""

import json
import urllib.request
from dataclasses import dataclass, field
from urllib.error import URLError

from style_pipeline.addresses import is_safe
from style_pipeline.errors import AlertError, ConfigurationError
from style_pipeline.settings import ALERT_URL

_SECONDS = 10


@dataclass(frozen=True)
class Webhook:
    """``url`` is a secret: who knows it can write to the people it leads to."""

    url: str = field(repr=False)

    def __post_init__(self) -> None:
        if not is_safe(self.url):
            raise ConfigurationError(f"{ALERT_URL} must start with https://")

    def tell(self, message: dict[str, str]) -> None:
        """Send ``message``; chat programs show its ``text``. Raises AlertError, without the URL."""
        headers = {"Content-Type": "application/json"}
        body = json.dumps(message).encode()
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - checked above
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS):  # noqa: S310  # nosec B310
                return
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            raise AlertError(
                f"an alert could not be sent ({reason}); see whether {ALERT_URL} still holds"
            ) from None
