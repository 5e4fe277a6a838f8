"""How our errors reach Dagster, and come back out of it."""

import dagster as dg
import pytest

from style_pipeline.defs.failures import MAX_RETRIES, cause_of, told_to_dagster
from style_pipeline.errors import FidelityError, StyleJobError, StylePipelineError, UnknownStyle

ERRORS = [
    (StyleJobError("a rank died; run it again"), True),
    (UnknownStyle("there is no style 'x'"), False),
    (FidelityError("one frame is missing"), False),
]


@pytest.mark.parametrize("error", [error for error, _ in ERRORS])
@pytest.mark.parametrize("attempts", [(), (MAX_RETRIES,)])
def test_the_last_attempt_ends_with_the_reason(
    error: StylePipelineError, attempts: tuple[int, ...]
) -> None:
    with pytest.raises(dg.Failure) as caught, told_to_dagster(*attempts):
        raise error
    assert caught.value.description == str(error)
    assert caught.value.metadata["error"].value == type(error).__name__
    assert caught.value.allow_retries is False
    assert cause_of(caught.value) is error


def test_how_the_ranks_ended_is_metadata_of_the_failure() -> None:
    with pytest.raises(dg.Failure) as caught, told_to_dagster():
        raise StyleJobError("a rank died", {"std_log_process_01": "Traceback\nKilled"})
    assert caught.value.metadata["std_log_process_01"].value == "Traceback\nKilled"


@pytest.mark.parametrize(("error", "retried"), ERRORS)
def test_only_what_may_pass_is_retried(error: StylePipelineError, retried: bool) -> None:
    expected = dg.RetryRequested if retried else dg.Failure
    with pytest.raises(expected), told_to_dagster(0):
        raise error


def test_later_attempts_wait_longer() -> None:
    waits = []
    for number in range(MAX_RETRIES):
        with pytest.raises(dg.RetryRequested) as caught, told_to_dagster(number):
            raise StyleJobError("why")
        waits.append(caught.value.seconds_to_wait)
    assert waits == sorted(set(waits))


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_other_errors_pass_through(error: type[BaseException]) -> None:
    with pytest.raises(error) as caught, told_to_dagster(0):
        raise error
    assert cause_of(caught.value) is None
