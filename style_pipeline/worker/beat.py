"""Something done over and over, in a thread beside the main work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def every(seconds: float, action: Callable[[], object]) -> Iterator[None]:
    """Call ``action`` about every ``seconds`` while the block lasts, and once more at its end.

    An error of ``action`` ends the calls and is raised at the block's end.
    """
    over, failures = threading.Event(), list[BaseException]()
    thread = threading.Thread(target=_beat, args=(seconds, action, over, failures), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    for failure in failures:
        raise failure


def _beat(
    seconds: float,
    action: Callable[[], object],
    over: threading.Event,
    failures: list[BaseException],
) -> None:
    try:
        while not over.wait(seconds):
            action()
        action()
    except BaseException as error:  # noqa: BLE001 - raised again at the block's end
        failures.append(error)
