"""Something done over and over beside the main work."""

import time

import pytest

from style_pipeline.worker.beat import every


def test_it_is_done_again_and_again_and_once_more_at_the_end() -> None:
    calls: list[str] = []
    with every(0.01, lambda: calls.append("during")):
        time.sleep(0.2)
        during = len(calls)
    assert during > 3
    assert during < len(calls) <= during + 2


def test_a_block_shorter_than_the_interval_still_has_its_last_call() -> None:
    calls: list[int] = []
    with every(60, lambda: calls.append(1)):
        pass
    assert calls == [1]


def test_an_error_is_raised_at_the_end_of_the_block() -> None:
    def fail() -> None:
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"), every(0.01, fail):
        time.sleep(0.05)
