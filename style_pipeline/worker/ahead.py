"""Let an iterator run ahead of its consumer, in a thread of its own."""

import threading
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from queue import Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")

_GLANCE_SECONDS = 0.1


@dataclass(frozen=True)
class _Item(Generic[T]):
    value: T


@dataclass(frozen=True)
class _End:
    error: BaseException | None


def ahead(items: Iterable[T], depth: int) -> Generator[T, None, None]:
    """``items``, computed in another thread, at most ``depth`` of them before they are asked for.

    What the other thread raises is raised here with its traceback. Closing this generator, as an
    error or ``close()`` does, makes the other thread stop at its next item.
    """
    box: Queue[_Item[T] | _End] = Queue(depth)
    unwanted = threading.Event()
    threading.Thread(target=_fill, args=(box, items, unwanted), daemon=True).start()
    try:
        while isinstance(entry := box.get(), _Item):
            yield entry.value
        if entry.error is not None:
            raise entry.error
    finally:
        unwanted.set()


def _fill(box: "Queue[_Item[T] | _End]", items: Iterable[T], unwanted: threading.Event) -> None:
    error = None
    try:
        for item in items:
            if not _put(box, _Item(item), unwanted):
                break
    except BaseException as raised:  # noqa: BLE001 - raised again by the consumer
        error = raised
    if isinstance(items, Generator):
        items.close()
    _put(box, _End(error), unwanted)


def _put(
    box: "Queue[_Item[T] | _End]", entry: "_Item[T] | _End", unwanted: threading.Event
) -> bool:
    """Whether somebody took it, or may still: False once nobody wants more."""
    while not unwanted.is_set():
        try:
            box.put(entry, timeout=_GLANCE_SECONDS)
        except Full:
            continue
        return True
    return False
