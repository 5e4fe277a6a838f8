"""A loopback go-between in front of Azurite that can be told to misbehave."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What Azurite answered; a fault may change it before it is passed on.

    Of a ``cut`` one only half the body arrives.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    cut: bool = False


Fault = Callable[["Request"], Answer | None]
"""Answers a request in Azurite's stead; None closes the connection without any answer."""


@dataclass(frozen=True)
class Request:
    """A request; ``ask`` passes a body on, its own or another one of its length."""

    method: str
    path: str
    body: bytes
    ask: Callable[[bytes], Answer]

    def forward(self) -> Answer:
        return self.ask(self.body)


class GoBetween:
    """Passes requests on; the planned faults happen to the next requests of their methods."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.seen: list[tuple[str, str]] = []
        self._plan: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()

    def plan(self, method: str, fault: Fault, times: int = 1) -> None:
        self._plan += [(method, fault)] * times

    def forget(self) -> None:
        """Let requests pass again."""
        self._plan.clear()

    def handle(self, request: Request) -> Answer | None:
        with self._lock:
            self.seen.append((request.method, request.path))
            due = next((entry for entry in self._plan if entry[0] == request.method), None)
            if due is not None:
                self._plan.remove(due)
        return due[1](request) if due is not None else request.forward()


def refuse(status: int, code: str = "ServerBusy") -> Fault:
    """Answer with an error; Azurite never hears of the request."""
    headers = [("x-ms-error-code", code)]
    return lambda request: Answer(status, headers, b"")


def hang_up(request: Request) -> None:
    """Close the connection; Azurite never hears of the request."""


def lose_the_answer(request: Request) -> None:
    """Let Azurite do it, and close the connection without saying so."""
    request.forward()


def damage(request: Request) -> Answer:
    """Flip one bit of what Azurite answers."""
    answer = request.forward()
    answer.body = bytes([answer.body[0] ^ 1]) + answer.body[1:]
    return answer


def damage_the_body(request: Request) -> Answer:
    """Flip one bit of what Azurite is sent."""
    return request.ask(bytes([request.body[0] ^ 1]) + request.body[1:])


def cut_short(request: Request) -> Answer:
    """Close the connection half way through what Azurite answers."""
    answer = request.forward()
    answer.cut = True
    return answer


@contextmanager
def between(target_port: int) -> Iterator[GoBetween]:
    """A go-between on its own port, for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    go_between = GoBetween(server.server_address[1])
    server.RequestHandlerClass = _handler(go_between, target_port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
    try:
        yield go_between
    finally:
        server.shutdown()
        server.server_close()


def _handler(go_between: GoBetween, target_port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = go_between.handle(Request(self.command, self.path, body, self._ask))
            self.close_connection = answer is None or answer.cut
            if answer is not None:
                self._pass_on(answer)

        def _ask(self, body: bytes) -> Answer:
            connection = http.client.HTTPConnection("127.0.0.1", target_port, timeout=30)
            try:
                connection.request(self.command, self.path, body, dict(self.headers.items()))
                response = connection.getresponse()
                return Answer(response.status, response.getheaders(), response.read())
            finally:
                connection.close()

        def _pass_on(self, answer: Answer) -> None:
            self.send_response_only(answer.status)
            length = [value for name, value in answer.headers if name.lower() == "content-length"]
            for name, value in answer.headers:
                if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                    self.send_header(name, value)
            head = self.command == "HEAD"
            self.send_header(
                "Content-Length", length[0] if head and length else str(len(answer.body))
            )
            self.end_headers()
            self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)

        def log_message(self, *_: object) -> None:
            pass

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = _serve  # noqa: N815

    return Handler
