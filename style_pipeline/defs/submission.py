"""A video handed in by the command line: into the store, onto the grid, if wanted through it."""

import uuid
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import dagster as dg

from style_pipeline import again
from style_pipeline.defs import partitions, uploads
from style_pipeline.defs.assembly import definitions_for, style_definitions_for
from style_pipeline.defs.failures import cause_of
from style_pipeline.defs.jobs import UPLOAD_TAG, paint_video
from style_pipeline.defs.style_assets import learn_style
from style_pipeline.look import Look
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline.style import catalogue


def submit(
    store: MediaStore,
    instance: dg.DagsterInstance,
    path: Path,
    looks: Sequence[Look],
    inspect: Callable[[Sequence[Look]], object] | None = None,
    *,
    once_more: bool = False,
) -> tuple[str, ...]:
    """Upload ``path`` for each look and register the partitions; their keys, in that order.

    Doing so twice is no error, and sends nothing twice; ``once_more`` has the platform paint it
    again all the same. Raises UnknownStyle, ConfigurationError or UnusableVideo, or what
    ``inspect`` raises on the looks, before anything is uploaded.
    """
    known = catalogue.offers(store)
    for look in looks:
        catalogue.refuse(look, known)
    uploads.check(path)
    if inspect is not None:
        inspect(looks)
    sent = [uploads.put(store, path, slug) for slug in dict.fromkeys(look.slug for look in looks)]
    for upload in sent if once_more else ():
        again.ask(store, upload.key, store.stat(upload.key).etag)
    return tuple(partitions.register(instance, upload) for upload in sent)


class Watcher(Protocol):
    """Told what happens while a partition is materialised; steps are named by their asset."""

    def started(self, step: str) -> None:
        """``step`` begins."""

    def finished(self, step: str, seconds: float) -> None:
        """``step`` is done."""

    def failed(self, step: str) -> None:
        """``step`` could not be done."""


def materialize(
    settings: Settings,
    instance: dg.DagsterInstance,
    partition_key: str,
    *,
    verbose: bool = False,
    watcher: Watcher | None = None,
) -> dg.ExecuteInProcessResult:
    """Materialise all four assets of one partition, here and now, in this process.

    ``verbose`` shows on the terminal what Dagster logs; it is in its records anyway. Raises the
    StylePipelineError that a step failed with, rather than Dagster's wrapper of it, and
    KeyboardInterrupt where it was interrupted.
    """
    arrival = uploads.find(open_store(settings.store_url), *partitions.parts_of(partition_key))
    job = definitions_for(settings).resolve_job_def(paint_video.name)
    tags = {UPLOAD_TAG: arrival.run_key}
    return _execute(job, instance, partition_key, tags, verbose=verbose, watcher=watcher)


def learn(
    settings: Settings,
    instance: dg.DagsterInstance,
    style: str,
    *,
    verbose: bool = False,
    watcher: Watcher | None = None,
) -> dg.ExecuteInProcessResult:
    """Register the style and have its painting learnt, here and now; like :func:`materialize`."""
    instance.add_dynamic_partitions("style", [style])
    job = style_definitions_for(settings).resolve_job_def(learn_style.name)
    return _execute(job, instance, style, {}, verbose=verbose, watcher=watcher)


def _execute(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    partition_key: str,
    tags: dict[str, str],
    *,
    verbose: bool,
    watcher: Watcher | None,
) -> dg.ExecuteInProcessResult:
    run_id = str(uuid.uuid4())
    if watcher is not None:
        instance.add_event_listener(run_id, partial(_tell, watcher))
    log_level = "DEBUG" if verbose else "CRITICAL"
    try:
        with warnings.catch_warnings(action="ignore", category=dg.PreviewWarning):
            return job.execute_in_process(
                instance=instance,
                partition_key=partition_key,
                run_id=run_id,
                tags=tags,
                run_config={"loggers": {"console": {"config": {"log_level": log_level}}}},
            )
    except dg.DagsterExecutionInterruptedError as error:
        raise KeyboardInterrupt from error
    except (dg.Failure, dg.DagsterError) as error:
        failure = error
    raise cause_of(failure) or failure


def _tell(watcher: Watcher, entry: dg.EventLogEntry) -> None:
    """Pass one of Dagster's events on, where it is about a step."""
    event = entry.dagster_event
    if event is None or event.step_key is None:
        return
    if event.is_step_start:
        watcher.started(event.step_key)
    elif event.is_step_success:
        watcher.finished(event.step_key, event.step_success_data.duration_ms / 1000)
    elif event.is_step_failure:
        watcher.failed(event.step_key)
