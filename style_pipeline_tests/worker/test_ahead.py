"""An iterator that runs ahead of its consumer."""

import threading
import time
import traceback
from collections.abc import Iterator

import pytest

from style_pipeline.worker.ahead import ahead


def test_items_come_in_order() -> None:
    assert list(ahead(iter(range(100)), 3)) == list(range(100))


def test_it_works_in_another_thread_and_only_so_far_ahead() -> None:
    made: list[str] = []

    def items() -> Iterator[int]:
        for number in range(50):
            made.append(threading.current_thread().name)
            yield number

    iterator = ahead(items(), 4)
    assert next(iterator) == 0
    time.sleep(0.2)
    # One was taken, four wait, one is in the thread's hands.
    assert len(made) == 6
    assert threading.current_thread().name not in made
    iterator.close()


def test_an_error_arrives_behind_the_items_before_it_with_its_traceback() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("lost")

    iterator = ahead(items(), 2)
    assert next(iterator) == 1
    with pytest.raises(LookupError, match="lost") as caught:
        next(iterator)
    assert "in items" in "".join(traceback.format_exception(caught.value))


def test_closing_stops_the_other_thread_and_those_behind_it() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(1_000_000)
        finally:
            closed.set()

    iterator = ahead(ahead(items(), 1), 1)
    next(iterator)
    iterator.close()
    assert closed.wait(5)
