"""Reads what a job says through a store: Dagster's side of :mod:`style_pipeline.worker.outbox`."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster import PipesMessageHandler, PipesMessageReader

from style_pipeline.errors import StylePipelineError
from style_pipeline.launchers.listener import Log
from style_pipeline.store import MediaStore
from style_pipeline.worker.beat import every
from style_pipeline.worker.outbox import PREFIX_PARAMETER, STORE_PARAMETER


class Inbox(PipesMessageReader):
    """Everything under ``prefix`` in the order in which it was sent, from every start of the job.

    A Dagster that was started again while its job went on hears the job from the beginning. An
    outage of the store delays messages and loses none.
    """

    def __init__(self, store: MediaStore, prefix: str, seconds: float, log: Log) -> None:
        self._store, self._prefix, self._seconds, self._log = store, prefix, seconds, log
        self._read = set[str]()

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[Mapping[str, Any]]:
        """Read every few seconds while the block lasts, and once more at its end."""
        with every(self._seconds, lambda: self._look(handler)):
            yield {STORE_PARAMETER: self._store.url, PREFIX_PARAMETER: self._prefix}

    def no_messages_debug_text(self) -> str:
        return f"Messages were expected under {self._prefix} in {self._store.url}."

    def _look(self, handler: PipesMessageHandler) -> None:
        try:
            for found in self._store.list(self._prefix):
                if found.key not in self._read:
                    content = self._store.read_bytes(found.key)
                    self._read.add(found.key)
                    self._take(content, handler)
        except StylePipelineError as error:
            self._log.warning(f"messages could not be read for now: {error}")

    def _take(self, content: bytes, handler: PipesMessageHandler) -> None:
        for line in content.decode("utf-8", "replace").splitlines():
            try:
                handler.handle_message(json.loads(line))
            except Exception as error:  # noqa: BLE001 - a damaged message must not end the job
                self._log.warning(f"a message of the job was passed over: {error}")
