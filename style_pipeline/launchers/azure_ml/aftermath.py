"""Why a job failed: what its ranks wrote last, and what Azure ML says."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from style_pipeline.errors import StylePipelineError
from style_pipeline.launchers.azure_ml.workspace import Workspace
from style_pipeline.launchers.listener import Log

_TAIL_LINES = 60


@dataclass(frozen=True)
class Cause:
    """``preempted`` where nodes were taken away, which says nothing against the job."""

    text: str
    preempted: bool = False


def show_logs(workspace: Workspace, name: str, log: Log) -> None:
    """Pass on the end of every rank's log, as far as it can be had."""
    with tempfile.TemporaryDirectory(prefix="style-pipeline-") as folder:
        try:
            files = workspace.fetch_logs(name, Path(folder))
        except StylePipelineError as error:
            log.warning(f"{error}; the logs can be read in Azure ML")
            return
        for file in files:
            lines = file.read_text("utf-8", "replace").splitlines()[-_TAIL_LINES:]
            log.info("\n".join([f"{file.stem} of {name} ends with:", *lines]))


def cause_of(name: str, reason: str, told_by_rank: str | None) -> Cause:
    """The rank's own words are worth more than Azure ML's exit code.

    Losing a node makes the ranks on the others fail too: then their words mean nothing.
    """
    preempted = "preempt" in reason.lower()
    if told_by_rank is not None and not preempted:
        return Cause(f"the style job failed on {told_by_rank}")
    return Cause(
        f"Azure ML job {name} failed ({reason or 'no reason given'}); finished shards are kept: "
        "run it again",
        preempted,
    )
