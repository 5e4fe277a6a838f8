"""The MPI job on an Azure ML cluster.

One run is at most a few jobs: :mod:`~style_pipeline.launchers.azure_ml.launcher` decides which one
comes next, :mod:`~style_pipeline.launchers.azure_ml.watch` follows one to its end,
:mod:`~style_pipeline.launchers.azure_ml.workspace` is the only module that talks to Azure ML.
"""

from style_pipeline.launchers.azure_ml.launcher import AzureMlLauncher

__all__ = ["AzureMlLauncher"]
