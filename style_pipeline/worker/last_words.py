"""What a rank does before it dies: it says why, on stderr and in the store, and ends the others.

What a rank writes to stderr passes through other processes, which may be ended before they have
passed it on; what lies in the store stays.
"""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from style_pipeline import layout
from style_pipeline.errors import StylePipelineError
from style_pipeline.messages import failure_line
from style_pipeline.stores import open_store
from style_pipeline.worker.ranks import Ranks


@contextmanager
def accounted_for(ranks: Ranks, store_url: str, job_key: str) -> Iterator[None]:
    """Whatever is raised in the block ends every rank of the job: with 2 where the user can mend
    it, else with 1."""
    try:
        yield
    except BaseException as error:  # noqa: BLE001 - without an abort the other ranks would wait for ever
        account = f"{traceback.format_exc()}{failure_line(ranks.rank, error)}\n"
        sys.stderr.write(account)
        _leave(store_url, layout.failure_key(layout.job_prefix(job_key), ranks.rank), account)
        ranks.abort(getattr(error, "exit_code", 1))


def _leave(store_url: str, key: str, account: str) -> None:
    """Where even that fails, stderr has to do."""
    with suppress(StylePipelineError, OSError):
        open_store(store_url).upload(account.encode(), key)
