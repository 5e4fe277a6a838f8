"""The command line: ``style-pipeline run | submit | styles | quarantine | release | doctor``.

Heavy imports (Dagster above all) wait inside the commands, so that ``--help`` answers at once.
"""

from style_pipeline.cli.commands import main

__all__ = ["main"]
