"""How jobs are called: so that whoever asks for the same again finds the running job.

A name is made of what the job does, where it does it, and a number. A retried step, a
restarted Dagster or a second run therefore meet the job that is already at work; the next number
is taken only after a job ended badly.
"""

import hashlib
from collections.abc import Iterator
from itertools import count


def job_names(stem: str, store_url: str) -> Iterator[str]:
    """The names of the first, second, ... attempt at a task in the store at ``store_url``.

    Letters, digits and dashes only, as Azure ML wants them.
    """
    place = hashlib.sha256(store_url.encode()).hexdigest()[:8]
    for number in count(1):
        yield f"{stem}-{place}-{number}"
