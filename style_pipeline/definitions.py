"""What ``dagster -m style_pipeline.definitions`` loads: light, configured by the environment."""

import os

import dagster as dg

from style_pipeline.defs.assembly import definitions_for
from style_pipeline.loading import loading
from style_pipeline.settings import Settings


@dg.definitions
def definitions() -> dg.Definitions:
    """The whole pipeline; without any setting, everything lies in ``./data``."""
    with loading():
        return definitions_for(Settings.from_environment(os.environ))
