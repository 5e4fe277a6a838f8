"""Event Grid's word that a blob was created, as it waits in a queue; read with suspicion.

Anybody who may write into the queue may write anything, so nothing of a message is believed but the
name of a blob, and that only as a reason to look: what lies there, the store says.
Messages may therefore come twice, late, in any order, and once for every block list of one upload.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from style_pipeline.addresses import is_safe
from style_pipeline.errors import ConfigurationError
from style_pipeline.layout import INCOMING

_FORM = "https://ACCOUNT.queue.core.windows.net/QUEUE"
_NAME = re.compile(r"[a-z0-9](-?[a-z0-9]){2,55}")
_CREATED = "Microsoft.Storage.BlobCreated"
_SUBJECT = re.compile(r"/blobServices/default/containers/([a-z0-9-]{3,63})/blobs/(.+)", re.DOTALL)


@dataclass(frozen=True)
class Notice:
    """One message; ``tries`` counts how often it was received, ``receipt`` is the queue's own."""

    text: str
    tries: int
    receipt: Any


class NoticeQueue(Protocol):
    """Messages that come back until they are done with."""

    def receive(self, most: int) -> list[Notice]:
        """Up to ``most`` messages; nobody else sees them for a while, then they come back."""
        ...

    def done(self, notice: Notice) -> None:
        """Remove a message for good."""
        ...

    def park(self, notice: Notice) -> None:
        """Move a message to the queue of those that nobody could handle."""
        ...


class Ignored(Enum):
    """Why a message is none of ours; the value is for people."""

    MALFORMED = "malformed"
    FOREIGN = "about something else"


def check_queue_url(url: str) -> str:
    """``url`` itself; raises ConfigurationError, without quoting it, where it cannot be used."""
    if not is_safe(url) or not _NAME.fullmatch(url.rpartition("/")[2]) or "@" in url:
        raise ConfigurationError(
            "STYLE_PIPELINE_QUEUE names no queue, has no encryption, or holds a secret: write "
            f"{_FORM}, and put a shared access signature into STYLE_PIPELINE_QUEUE_SAS"
        )
    return url


def created(text: str, store_url: str) -> str | Ignored:
    """The key of the upload that ``text`` tells of, in the store at ``store_url``.

    Both of Event Grid's schemas are read, plain or in base64.
    """
    try:
        event = json.loads(_plain(text))
        kind = event.get("eventType", event.get("type"))
        subject, address = event["subject"], event["data"]["url"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Ignored.MALFORMED
    if not all(isinstance(value, str) for value in (kind, subject, address)):
        return Ignored.MALFORMED
    if kind != _CREATED:
        return Ignored.FOREIGN
    named = _SUBJECT.fullmatch(subject)
    return Ignored.MALFORMED if named is None else _key(named[1], named[2], address, store_url)


def _key(container: str, name: str, address: str, store_url: str) -> str | Ignored:
    account, ours, prefix = _place(store_url)
    here = container == ours and address.startswith(f"{account}/{ours}/")
    if not here or not name.startswith(f"{prefix}{INCOMING}"):
        return Ignored.FOREIGN
    return name.removeprefix(prefix)


def _place(store_url: str) -> tuple[str, str, str]:
    """An account's address, a container, and what names in it begin with; emulators have the
    account in the path.
    """
    parts = urlsplit(store_url)
    origin, segments = f"{parts.scheme}://{parts.netloc}", parts.path.strip("/").split("/")
    if ".blob." not in parts.netloc:
        origin = f"{origin}/{segments.pop(0)}"
    container, *below = segments or [""]
    return origin, container, "".join(f"{unquote(segment)}/" for segment in below)


def _plain(text: str) -> str:
    if text.lstrip().startswith("{"):
        return text
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("neither JSON nor base64") from error
