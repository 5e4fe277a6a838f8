"""The command line: ``style-pipeline run | submit | inspect | styles`` and more, see ``--help``.

Heavy imports (Dagster above all) wait inside the commands, so that ``--help`` answers at once.
"""

from style_pipeline.cli.commands import main

__all__ = ["main"]
