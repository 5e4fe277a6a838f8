"""``python -m style_pipeline_tests.launchers.azure_ml.launch STORE_URL JOB_KEY DAGSTER_HOME``.

One style job on Azure ML in one Dagster run, configured by the environment. The tests start this
as a process of its own to interrupt or kill it. Its last line is the run's status.
"""

import os
import sys

import dagster as dg

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.job import StyleJob
from style_pipeline.launchers.azure_ml import AzureMlLauncher
from style_pipeline.manifest import FrameManifest
from style_pipeline.stores import open_store
from style_pipeline_tests.launchers.launch import materialize


def main(store_url: str, job_key: str, home: str) -> None:
    """Run a job whose description and frames lie in the store already."""
    store = open_store(store_url)
    job = StyleJob.from_json(store.read_bytes(job_key))
    manifest = FrameManifest.from_json(store.read_bytes(job.manifest_key))
    launcher = AzureMlLauncher(store_url, AzureSettings.from_environment(os.environ), 300)
    with dg.DagsterInstance.local_temp(home) as instance:
        result = materialize(launcher, job, manifest, instance)
    sys.stdout.write("SUCCESS\n" if result.success else "FAILURE\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
