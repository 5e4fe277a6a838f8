"""``style-pipeline azure``: the cluster and the environment that jobs on Azure ML need."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.cli.faults import debug_option

if TYPE_CHECKING:
    from style_pipeline.launchers.azure_ml.provisioning import Provisioning

_DRY_RUN = click.option("--dry-run", is_flag=True, help="Only print what would be done.")


@click.group()
def azure() -> None:
    """Make, show or remove what jobs need on Azure ML.

    Which workspace, and how large the cluster may grow, is set by environment variables that start
    with STYLE_PIPELINE_AZURE_.

    \b
    Examples:
      style-pipeline azure provision --dry-run     what would be made, as YAML
      style-pipeline azure provision               cluster and environment; again is no harm
      style-pipeline azure show                    what there is
      style-pipeline azure delete                  remove the cluster
    """


@azure.command()
@_DRY_RUN
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="FOLDER",
    help="A checkout of the project, for the worker's image (default: here).",
)
@click.option(
    "--environment-only", is_flag=True, help="Leave the cluster alone: Terraform has made it."
)
@debug_option
def provision(dry_run: bool, source: Path, environment_only: bool) -> None:
    """Make the cluster and register the worker's environment."""
    if dry_run:
        _say(_plans(source, environment_only))
    elif environment_only:
        _say(_provisioning().register(source))
    else:
        _say(_provisioning().provision(source))


@azure.command()
@debug_option
def show() -> None:
    """Say what there is."""
    _say(_provisioning().show())


@azure.command()
@_DRY_RUN
@debug_option
def delete(dry_run: bool) -> None:
    """Remove the cluster; what was painted stays."""
    if dry_run:
        click.echo(f"would remove: cluster {_settings().compute}")
    else:
        _say(_provisioning().delete())


def _plans(source: Path, environment_only: bool) -> Iterator[str]:
    """What would be made, as YAML documents; asks Azure nothing."""
    from style_pipeline.launchers.azure_ml import plans

    settings = _settings()
    if not environment_only:
        yield plans.as_yaml(plans.cluster_plan(settings))
        yield "---"
    with plans.build_context(source):  # only to see whether all of it is there
        yield plans.as_yaml(plans.environment_plan(settings, source.resolve()))


def _provisioning() -> "Provisioning":
    from style_pipeline.launchers.azure_ml.provisioning import Provisioning

    return Provisioning(_settings())


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def _settings() -> AzureSettings:
    return AzureSettings.from_environment(os.environ)
