"""How our errors reach Dagster, and come back out of it."""

import dagster as dg
import pytest

from style_pipeline.defs.failures import cause_of, told_to_dagster
from style_pipeline.errors import FidelityError, StyleJobError, StylePipelineError, UnknownStyle


def failure_of(error: Exception, attempts_left: int) -> dg.Failure:
    with pytest.raises(dg.Failure) as failure, told_to_dagster(attempts_left):
        raise error
    return failure.value


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (StyleJobError("a rank died; run it again"), True),
        (UnknownStyle("there is no style 'x'"), False),
        (FidelityError("one frame is missing"), False),
    ],
)
def test_only_what_may_pass_is_retried(error: StylePipelineError, retried: bool) -> None:
    failure = failure_of(error, attempts_left=1)
    assert failure.description == str(error)
    assert failure.metadata["error"].value == type(error).__name__
    assert failure.allow_retries is retried
    assert cause_of(failure) is error


def test_the_last_attempt_ends_with_the_reason() -> None:
    assert failure_of(StyleJobError("why"), attempts_left=0).allow_retries is False


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError) as error, told_to_dagster():
        raise ZeroDivisionError
    assert cause_of(error.value) is None
