"""Loading looks for no garbage, and garbage of later is found as before."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from style_pipeline.loading import loading


class Circle:
    """Refers to itself: freed only where somebody looks for garbage."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_nobody_looks_inside_the_block_nor_later_at_what_was_made_in_it() -> None:
    with loading():
        assert not gc.isenabled()
        made = weakref.ref(Circle())
    assert gc.isenabled()
    gc.collect()
    assert made() is not None
    later = weakref.ref(Circle())
    gc.collect()
    assert later() is None


def test_an_error_leaves_it_as_it_was() -> None:
    with pytest.raises(ZeroDivisionError), loading():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_who_wants_no_garbage_looked_for_is_left_alone() -> None:
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()
