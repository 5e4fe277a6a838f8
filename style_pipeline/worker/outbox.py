"""Dagster Pipes over a media store, for jobs that share no disk with Dagster.

A cluster may start a job again under the same name after its nodes were taken away. Each start
writes under keys of its own, so that the second life's first message does not meet the first's.
"""

import sys
import time
from typing import IO

from dagster_pipes import (
    PipesBlobStoreMessageWriter,
    PipesBlobStoreMessageWriterChannel,
    PipesParams,
)

from style_pipeline import layout
from style_pipeline.errors import StylePipelineError
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store

STORE_PARAMETER = "store"
PREFIX_PARAMETER = "prefix"

_SEND_SECONDS = 1


class OutboxChannel(PipesBlobStoreMessageWriterChannel):
    """Sends what was said since the last time as one object."""

    def __init__(self, store: MediaStore, prefix: str, start: int) -> None:
        super().__init__(interval=_SEND_SECONDS)
        self._store, self._prefix, self._start = store, prefix, start

    def upload_messages_chunk(self, payload: IO[str], index: int) -> None:
        """A chunk that cannot be sent is lost; the shards and the report are in the media store."""
        key = layout.message_key(self._prefix, self._start, index)
        try:
            self._store.upload(payload.read().encode(), key, if_absent=True)
        except StylePipelineError as error:
            sys.stderr.write(f"messages were lost: {error}\n")


class OutboxWriter(PipesBlobStoreMessageWriter[OutboxChannel]):
    """Writes messages where the parameters of the message reader say."""

    def make_channel(self, params: PipesParams) -> OutboxChannel:
        store = open_store(str(params[STORE_PARAMETER]))
        return OutboxChannel(store, str(params[PREFIX_PARAMETER]), time.time_ns())
