"""What a job that ended has come to, by what it left in the store.

It has succeeded only with a report, and only if the store agrees.
"""

from collections.abc import Iterator

from style_pipeline import layout
from style_pipeline.errors import ManifestError, ObjectMissing, StyleJobError
from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest, StyleReport
from style_pipeline.store import MediaStore
from style_pipeline.worker.finished import unfinished_shards


def announce(store: MediaStore, job: StyleJob) -> None:
    """Put the job where the worker reads it; take away what an earlier attempt left to be told."""
    store.delete(layout.report_key(job.prefix))
    for left in list(store.list(layout.failures_prefix(job.prefix))):
        store.delete(left.key)
    store.upload(job.to_json(), layout.job_key(job.prefix))


def conclude(
    store: MediaStore, job: StyleJob, manifest: FrameManifest, told: StyleReport | None
) -> StyleReport:
    """The report of a job that ended well.

    ``told`` is the report that came as a message; where it was lost, the one in the store counts.
    Raises StyleJobError where there is neither, or where a styled shard is missing.
    """
    report = told or _kept_report(store, job)
    if report is None:
        raise StyleJobError(
            "the style job ended without a report, so nothing is known to be done; run it again"
        )
    missing = unfinished_shards(store, job, manifest)
    if missing:
        raise StyleJobError(
            f"the style job reported success, but {len(missing)} of {len(manifest.shards)} styled "
            f"shards are missing, the first is number {missing[0].index}; run it again"
        )
    return report


def last_words(store: MediaStore, job: StyleJob) -> Iterator[str]:
    """What ranks that failed left behind, line by line."""
    for left in store.list(layout.failures_prefix(job.prefix)):
        yield from store.read_bytes(left.key).decode("utf-8", "replace").splitlines()


def _kept_report(store: MediaStore, job: StyleJob) -> StyleReport | None:
    try:
        return StyleReport.from_json(store.read_bytes(layout.report_key(job.prefix)))
    except (ObjectMissing, ManifestError):
        return None
