"""How our errors reach Dagster: the one line as the failure, and no retry that cannot help."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from style_pipeline.errors import FidelityError, StylePipelineError, UserError

MAX_RETRIES = 2

RETRY_POLICY = dg.RetryPolicy(max_retries=MAX_RETRIES, delay=5, backoff=dg.Backoff.EXPONENTIAL)
"""For the network's job: machines come and go, and a retry does only the missing shards."""


@contextmanager
def told_to_dagster(attempts_left: int = 0) -> Iterator[None]:
    """Turns our errors into Dagster failures; the error itself stays their cause.

    The same input would fail again, so user errors are not retried; on the last attempt nothing
    is, so that a run ends with its reason and not with a count of attempts.
    """
    try:
        yield
    except StylePipelineError as error:
        hopeless = isinstance(error, UserError | FidelityError)
        raise dg.Failure(
            description=str(error),
            metadata={"error": type(error).__name__},
            allow_retries=attempts_left > 0 and not hopeless,
        ) from error


def cause_of(error: BaseException) -> StylePipelineError | None:
    """The error of ours that ``error`` was raised for, if there is one."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, StylePipelineError):
        seen = seen.__cause__ or seen.__context__
    return seen
