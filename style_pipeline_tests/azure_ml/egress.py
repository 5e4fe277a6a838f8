"""The way out, which leads nowhere: proof that no process reaches beyond loopback.

The SDKs are told to use this proxy for everything but 127.0.0.1. It lets them through to the
storage emulator, whose host names do not resolve, and refuses and remembers every other wish.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SUFFIX = ".core.localhost"


@dataclass
class Egress:
    """A proxy on ``port``; ``refused`` holds what somebody tried to reach."""

    port: int
    blobs: int
    refused: list[str] = field(default_factory=list)

    def environ(self) -> dict[str, str]:
        """What makes a process go out by this door and no other."""
        url = f"http://127.0.0.1:{self.port}"
        return {
            **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), url),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1"),
        }


@contextmanager
def guarded_egress(blobs: int) -> Iterator[Egress]:
    """Let through what goes to ``*.core.localhost:blobs``, and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        egress = Egress(listener.getsockname()[1], blobs)
        threading.Thread(target=_accept, args=(listener, egress), daemon=True).start()
        yield egress


def _accept(listener: socket.socket, egress: Egress) -> None:
    with suppress(OSError):  # the listener is closed at the end
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, egress), daemon=True).start()


def _serve(client: socket.socket, egress: Egress) -> None:
    with client, suppress(OSError):
        line = _head(client).split("\r\n")[0]
        if not _allowed(line, egress.blobs):
            egress.refused.append(line)
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", egress.blobs)) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _head(client: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head and (more := client.recv(4096)):
        head += more
    return head.decode("latin-1")


def _allowed(line: str, blobs: int) -> bool:
    words = line.split(" ")
    if words[0] != "CONNECT" or len(words) != 3:
        return False
    host, _, port = words[1].rpartition(":")
    return host.endswith(SUFFIX) and port == str(blobs)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65536):
            sink.sendall(content)
        sink.shutdown(socket.SHUT_WR)


class _Guard:
    """Python tells of every connection that this process makes; a hook cannot be taken out again,
    so that it is put in once and armed when needed."""

    def __init__(self) -> None:
        self.armed = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.armed or event != "socket.connect":
            return
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise PermissionError(f"a connection to {address} would leave this machine")


_guard = _Guard()


@contextmanager
def loopback_only() -> Iterator[None]:
    """Within the block, this process connects to loopback or fails."""
    _guard.armed = True
    try:
        yield
    finally:
        _guard.armed = False
