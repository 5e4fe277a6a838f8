"""How jobs are called: so that whoever asks for the same pictures again finds the running job.

A name is made of what the job paints, where it paints it, and a number. A retried step, a
restarted Dagster or a second run therefore meet the job that is already at work; the next number
is taken only after a job ended badly.
"""

import hashlib
from collections.abc import Iterator
from itertools import count

from style_pipeline.job import StyleJob


def job_names(job: StyleJob, store_url: str) -> Iterator[str]:
    """The names of the first, second, ... attempt at ``job`` in the store at ``store_url``.

    Letters, digits and dashes only, as Azure ML wants them.
    """
    place = hashlib.sha256(store_url.encode()).hexdigest()[:8]
    for number in count(1):
        yield f"style-{job.digest}-{place}-{number}"


def job_tags(job: StyleJob, run_id: str, root_run_id: str) -> dict[str, str]:
    """What leads from the job in Azure ML back to Dagster."""
    return {
        "dagster_run_id": run_id,
        "dagster_root_run_id": root_run_id,
        "video": job.video,
        "look": job.look.slug,
        "job_digest": job.digest,
    }
