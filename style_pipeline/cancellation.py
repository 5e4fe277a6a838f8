"""Threads that end with their block: where it is left by an error, an interruption say, nobody
waits for work that nobody wants any more.

A thread cannot be stopped from outside. So whatever takes long says how it can be ended
(:func:`when_cancelled`), or asks now and then whether it is still wanted (:func:`check`). The one
module that starts processes does the former for all of them.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import ParamSpec, TypeVar

from style_pipeline.errors import Cancelled

_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")


class _Scope:
    """The work of one block: whether it was given up, and what that ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._endings: list[Callable[[], None]] = []
        self._cancelled = False

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            endings = list(self._endings)
        for end in endings:
            end()

    def check(self) -> None:
        if self._cancelled:
            raise Cancelled("given up, since what it was for was interrupted or has failed")

    def add(self, ending: Callable[[], None]) -> None:
        with self._lock:
            self.check()
            self._endings.append(ending)

    def remove(self, ending: Callable[[], None]) -> None:
        with self._lock:
            self._endings.remove(ending)


_scope: ContextVar[_Scope | None] = ContextVar("what this thread works for", default=None)


class Threads(ThreadPoolExecutor):
    """Threads that see the context variables of whoever gives them work."""

    def submit(
        self, work: Callable[_Given, _Made], /, *given: _Given.args, **named: _Given.kwargs
    ) -> Future[_Made]:
        """As a thread pool does."""
        context = copy_context()
        return super().submit(lambda: context.run(work, *given, **named))


@contextmanager
def threads(most: int) -> Iterator[Threads]:
    """At most so many threads. An error that leaves the block, of whatever kind, ends their work,
    and that of blocks inside it; without one, the block waits for them.
    """
    scope = _Scope()
    with when_cancelled(scope.cancel), Threads(most) as pool:
        before = _scope.set(scope)
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # first: what waits shall not begin
            scope.cancel()
            raise
        finally:
            _scope.reset(before)


def check() -> None:
    """Raises Cancelled where this thread's work is no longer wanted."""
    if scope := _scope.get():
        scope.check()


@contextmanager
def when_cancelled(end: Callable[[], None]) -> Iterator[None]:
    """Has ``end`` called, from another thread, if this thread's work is given up inside the block.

    Raises Cancelled at the block's beginning or end where it was.
    """
    scope = _scope.get()
    if scope is None:
        yield
        return
    scope.add(end)
    try:
        yield
    finally:
        scope.remove(end)
    scope.check()
