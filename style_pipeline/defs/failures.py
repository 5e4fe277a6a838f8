"""How our errors reach Dagster: the one line as the failure, and no retry that cannot help."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from style_pipeline.errors import FidelityError, StyleJobError, StylePipelineError, UserError

MAX_RETRIES = 2
"""For the network's job: machines come and go, and a retry does only the missing shards."""

_DELAY_SECONDS = 5


@contextmanager
def told_to_dagster(retry_number: int = MAX_RETRIES) -> Iterator[None]:
    """Turns our errors into Dagster's; the error itself stays their cause.

    Errors that may pass ask for another attempt, later each time. The same input would fail again,
    so user errors do not; nor does the last attempt, so that a run ends with its reason and not
    with a count of attempts. ``retry_number`` is how many attempts there were before; without it
    there is one only. How each rank's log ended is metadata of its failure.

    An interruption passes through untouched. A ``RetryPolicy`` on the asset would instead start a
    cancelled step again: Dagster's policies hold for interruptions too.
    """
    try:
        yield
    except StylePipelineError as error:
        hopeless = isinstance(error, UserError | FidelityError)
        if retry_number < MAX_RETRIES and not hopeless:
            raise dg.RetryRequested(MAX_RETRIES, _DELAY_SECONDS * 2**retry_number) from error
        logs = error.logs if isinstance(error, StyleJobError) else {}
        raise dg.Failure(
            description=str(error),
            metadata={"error": type(error).__name__, **logs},
            allow_retries=False,
        ) from error


def cause_of(error: BaseException) -> StylePipelineError | None:
    """The error of ours that ``error`` was raised for, if there is one."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, StylePipelineError):
        seen = seen.__cause__ or seen.__context__
    return seen
