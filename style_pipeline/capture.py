"""What a program writes, read as it comes and kept within bounds: no flood fills our memory."""

import threading
from collections.abc import Callable
from typing import IO

_CHUNK = 64 * 1024


class Capture(threading.Thread):
    """Reads ``stream`` to its end and keeps at most ``most`` bytes of it (None: all).

    Those are the first bytes where ``on_flood`` is given, which is called once when there are more;
    else they are the last.
    """

    def __init__(
        self, stream: IO[bytes] | None, most: int | None, on_flood: Callable[[], None] | None = None
    ) -> None:
        super().__init__(daemon=True)
        if stream is None:
            raise ValueError("there is no pipe to read from")
        self._stream = stream
        self._most = most
        self._on_flood = on_flood
        self._kept = bytearray()
        self.flooded = False
        self.start()

    @property
    def content(self) -> bytes:
        """What was kept; complete after :meth:`join`."""
        return bytes(self._kept)

    def run(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(_CHUNK):  # type: ignore[attr-defined]  # a pipe's
                self._keep(chunk)

    def _keep(self, chunk: bytes) -> None:
        if self.flooded:
            return
        self._kept += chunk
        if self._most is None or len(self._kept) <= self._most:
            return
        if self._on_flood is None:
            del self._kept[: -self._most]
            return
        self.flooded = True
        self._kept.clear()
        self._on_flood()
