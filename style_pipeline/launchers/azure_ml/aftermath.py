"""Why a job failed: what its ranks wrote last, and what Azure ML says."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from style_pipeline.errors import StylePipelineError
from style_pipeline.launchers.azure_ml.workspace import Workspace
from style_pipeline.launchers.listener import Log

_TAIL_LINES = 60


@dataclass(frozen=True)
class Cause:
    """``preempted`` where nodes were taken away, which says nothing against the job.

    ``logs`` is how each rank's log ended.
    """

    text: str
    preempted: bool = False
    logs: Mapping[str, str] = field(default_factory=dict)


def show_logs(workspace: Workspace, name: str, log: Log) -> dict[str, str]:
    """Pass on the end of every rank's log, as far as it can be had; the same by the logs' names."""
    with tempfile.TemporaryDirectory(prefix="style-pipeline-") as folder:
        try:
            files = workspace.fetch_logs(name, Path(folder))
        except StylePipelineError as error:
            log.warning(f"{error}; the logs can be read in Azure ML")
            return {}
        tails = {file.stem: _tail(file) for file in files}
    for rank, tail in tails.items():
        log.info(f"{rank} of {name} ends with:\n{tail}")
    return tails


def _tail(file: Path) -> str:
    return "\n".join(file.read_text("utf-8", "replace").splitlines()[-_TAIL_LINES:])


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
