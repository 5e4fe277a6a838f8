"""``python -m style_pipeline_tests.launchers.launch FOLDER``: one style job in one Dagster run.

The tests start this as a process of its own to interrupt or kill it. Its last line is the run's
status; ``FOLDER/dagster`` is its instance.
"""

import sys
from pathlib import Path
from typing import Any

import dagster as dg

from style_pipeline.defs.failures import told_to_dagster
from style_pipeline.job import StyleJob, StyleLauncher
from style_pipeline.launchers.local_mpi import LocalMpiLauncher
from style_pipeline.lesson import Lesson, LessonLauncher
from style_pipeline.manifest import FrameManifest
from style_pipeline_tests.sources import make_source


def materialize(
    launcher: StyleLauncher[Any],
    job: StyleJob,
    manifest: FrameManifest,
    instance: dg.DagsterInstance,
) -> dg.ExecuteInProcessResult:
    """Materialise one asset that runs ``job``; the report becomes its metadata."""

    @dg.asset
    def styled(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with told_to_dagster():
            report = launcher.run(context, job, manifest)
        return dg.MaterializeResult(metadata={"report": report.to_json().decode()})

    return dg.materialize([styled], instance=instance, raise_on_error=False)


def teach(
    launcher: LessonLauncher[Any], lesson: Lesson, instance: dg.DagsterInstance
) -> dg.ExecuteInProcessResult:
    """Materialise one asset that has ``lesson`` learnt; the report becomes its metadata."""

    @dg.asset
    def styled(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        report = launcher.learn(context, lesson)
        return dg.MaterializeResult(metadata={"report": report.to_json().decode()})

    return dg.materialize([styled], instance=instance, raise_on_error=False)


def main(folder: Path) -> None:
    """Run a job that takes a while."""
    (folder / "dagster").mkdir(parents=True)
    source = make_source(folder / "store", frames=120, shard_frames=2, size=(320, 240))
    with dg.DagsterInstance.local_temp(str(folder / "dagster")) as instance:
        launcher = LocalMpiLauncher(source.store.url, ranks=2)
        result = materialize(launcher, source.job(), source.manifest, instance)
        sys.stdout.write("SUCCESS\n" if result.success else "FAILURE\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
