"""A failed rank's account of what happened, left in the store before all ranks are ended.

What a rank writes to stderr passes through other processes, which may be ended before they have
passed it on; what lies in the store stays.
"""

from contextlib import suppress

from style_pipeline import layout
from style_pipeline.errors import StylePipelineError
from style_pipeline.stores import open_store


def leave(store_url: str, job_key: str, rank: int, account: str) -> None:
    """Put ``account`` beside the job; where even that fails, stderr has to do."""
    key = layout.failure_key(layout.job_prefix(job_key), rank)
    with suppress(StylePipelineError, OSError):
        open_store(store_url).upload(account.encode(), key)
