"""The Dagster instance that needs no set-up: its folder and settings are made on first use."""

from importlib.resources import files
from pathlib import Path

import dagster as dg

from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import Settings

Instance = dg.DagsterInstance
"""Dagster's records, under a name that does without Dagster."""


def install(settings: Settings) -> Path:
    """Make the Dagster home with the shipped ``dagster.yaml``, where there is none; its folder.

    Raises ConfigurationError where the folder cannot be written.
    """
    home = settings.dagster_home
    try:
        home.mkdir(parents=True, exist_ok=True)
        _place(home / "dagster.yaml")
    except OSError as error:
        raise ConfigurationError(
            f"Dagster's home {home} cannot be written ({error.strerror}): "
            "set DAGSTER_HOME or STYLE_PIPELINE_HOME to a folder of yours"
        ) from error
    return home


def embedded_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance in ``settings.dagster_home``; use it in a ``with`` block."""
    return dg.DagsterInstance.from_config(str(install(settings)))


def _place(target: Path) -> None:
    if target.exists():
        return
    draft = target.with_suffix(".part")
    draft.write_bytes(files("style_pipeline.defs").joinpath("dagster.yaml").read_bytes())
    draft.replace(target)
