"""What ``dagster -m style_pipeline.style_definitions`` loads: how paintings become styles."""

import os

import dagster as dg

from style_pipeline.defs.assembly import style_definitions_for
from style_pipeline.loading import loading
from style_pipeline.settings import Settings


@dg.definitions
def definitions() -> dg.Definitions:
    """The asset of styles, with the same resources as that of videos."""
    with loading():
        return style_definitions_for(Settings.from_environment(os.environ))
