"""Event Grid's messages in a queue of Azure Storage, and another for those nobody can handle."""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential, TokenCredential
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential
from azure.storage.queue import QueueClient

from style_pipeline.errors import ConfigurationError, ObjectMissing, StoreError
from style_pipeline.notices import Notice, check_queue_url
from style_pipeline.settings import QUEUE_CONNECTION_STRING, QUEUE_SAS
from style_pipeline.stores.azure_faults import talking
from style_pipeline.stores.azure_secrets import guard_logs

INVISIBLE_SECONDS = 30
"""A message that is not done with by then comes back."""

_ROLE = (
    "give the identity the roles 'Storage Queue Data Message Processor' on the queue and 'Storage "
    "Queue Data Message Sender' on its '-poison', or renew the connection string or SAS"
)
_ACCOUNT_KEY = re.compile(r"(?:^|;)AccountName=([^;]+)(?:;.*)?;AccountKey=([^;]+)")

_Credential = AzureNamedKeyCredential | AzureSasCredential | TokenCredential


class AzureQueue:
    """A :class:`~style_pipeline.notices.NoticeQueue`; poison goes to ``<its name>-poison``."""

    def __init__(self, queue: QueueClient, poison: QueueClient) -> None:
        self._queue = queue
        self._poison = poison

    @classmethod
    def open(cls, url: str, environ: Mapping[str, str]) -> Self:
        """The queue at ``url``, with the credentials in ``environ``; no request is sent yet.

        Raises ConfigurationError where ``url`` or the credentials cannot be used.
        """
        check_queue_url(url)
        guard_logs()
        credential = _credential(url, environ)
        return cls(
            QueueClient.from_queue_url(url, credential),
            QueueClient.from_queue_url(f"{url}-poison", credential),
        )

    def receive(self, most: int) -> list[Notice]:
        """Up to ``most`` messages; they come back after :data:`INVISIBLE_SECONDS`."""
        try:
            with talking("the queue", role=_ROLE):
                found = list(
                    self._queue.receive_messages(
                        max_messages=most,
                        messages_per_page=min(most, 32),
                        visibility_timeout=INVISIBLE_SECONDS,
                    )
                )
        except ObjectMissing:
            raise StoreError(
                "the queue does not exist; create it, or correct STYLE_PIPELINE_QUEUE"
            ) from None
        return [Notice(str(each.content), each.dequeue_count or 1, each) for each in found]

    def done(self, notice: Notice) -> None:
        """Remove a message for good; one that somebody else has taken meanwhile is left to them."""
        with talking("a message", role=_ROLE), suppress(ResourceNotFoundError):
            self._queue.delete_message(notice.receipt)

    def park(self, notice: Notice) -> None:
        """Into the other queue first, so that it is in both rather than in none.

        That queue is made where it is missing; where it is there, no right to make one is needed.
        """
        with talking("a message", role=_ROLE):
            try:
                self._poison.send_message(notice.text)
            except ResourceNotFoundError:
                with suppress(ResourceExistsError):
                    self._poison.create_queue()
                self._poison.send_message(notice.text)
        self.done(notice)


def _credential(url: str, environ: Mapping[str, str]) -> _Credential:
    connection_string = environ.get(QUEUE_CONNECTION_STRING, "").strip()
    sas = environ.get(QUEUE_SAS, "").strip().lstrip("?")
    if sas:
        return AzureSasCredential(sas)
    if connection_string:
        found = _ACCOUNT_KEY.search(connection_string)
        if found is None:
            raise ConfigurationError(
                f"{QUEUE_CONNECTION_STRING} is incomplete; copy it again from the account's keys"
            )
        return AzureNamedKeyCredential(found[1], found[2])
    if url.startswith("http://"):
        raise ConfigurationError(
            f"without encryption there is no sign-in; set {QUEUE_CONNECTION_STRING}, or use https"
        )
    return DefaultAzureCredential()
