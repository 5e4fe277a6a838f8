"""The reference of settings: environment variables, Dagster's resources, Terraform's variables."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from infra.checks.configuration import load
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.settings import VARIABLES, Settings

INFRA = Path(__file__).parents[2] / "infra"


def page() -> str:
    """The whole page, as Markdown."""
    return "\n".join(
        [
            "# Configuration",
            "",
            "Written by `make docs` from the code; change it there.",
            "",
            "## Settings",
            "",
            "Environment variables. Nothing has to be set; on a host with containers they go into",
            "`docker/settings.env`, one `VARIABLE=VALUE` a line.",
            "",
            *_table(("variable", "what it means"), VARIABLES.items()),
            "",
            "## Resources",
            "",
            "What assets are given, as Dagster shows it under *Deployment*. The settings fill",
            "them in; whoever uses the assets in a project of their own may do it otherwise.",
            "",
            *_table(("resource", "field", "what it means"), _resources()),
            "",
            "## Infrastructure",
            "",
            "Variables of Terraform, in `infra/terraform.tfvars`.",
            "",
            *_table(("variable", "what it means", "default"), _variables()),
            "",
        ]
    )


def _resources() -> Iterator[tuple[str, str, str]]:
    definitions = definitions_for(Settings.from_environment({}))
    for name, resource in sorted((definitions.resources or {}).items()):
        if not isinstance(resource, dg.ConfigurableResource):
            continue  # a value that only the settings above can change
        for field, about in type(resource).model_fields.items():
            yield name, field, about.description or ""


def _variables() -> Iterator[tuple[str, str, str]]:
    for name, body in load(INFRA).variables.items():
        default = f"`{_value(body['default'])}`" if "default" in body else "must be given"
        yield name, body["description"], default


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}" or '""'


def _table(head: tuple[str, ...], rows: Any) -> list[str]:
    lines = [head, tuple("---" for _ in head), *((f"`{row[0]}`", *row[1:]) for row in rows)]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
