"""What the guides have a reader type to Azure exists: every ``az`` command, every option of it.

Run by 'make infra-check' alone: the CLI brings an environment of its own.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AZ = ROOT / ".cache/azure-cli/bin/az"
PAGES = (*ROOT.glob("docs/*.md"), *ROOT.glob("infra/*.md"), *ROOT.glob("infra/*.tf"))
EXTENSIONS = {"network bastion ssh", "network bastion tunnel"}
"""Of extensions, which are in no registry that a test may ask."""

_COMMAND = re.compile(r"az ((?:[a-z][\w-]*)(?: [a-z][\w-]*)*)(?= -|\s*$|\s+#)")
_OPTION = re.compile(r"(?<!\S)--?[a-z][\w-]*")


def typed(page: str) -> Iterator[str]:
    """Every command in blocks, comments and quotes; the values that others give, as their own."""
    for number, part in enumerate(page.replace("\\\n", " ").split("```")):
        texts = part.splitlines() if number % 2 else re.findall(r"`[^`]+`|'az [^']+'", part)
        for text in texts:
            yield from _commands(text.strip("`'").replace("\n", " "))


def _commands(text: str) -> Iterator[str]:
    while inner := re.search(r'"\$\(([^()]*)\)"', text):
        yield inner[1]
        text = text.replace(inner[0], "VALUE")
    yield from re.split(r"\s*(?:;|&&|[|#])\s*", text)


def asked_of_azure(pages: Iterator[str]) -> dict[str, set[str]]:
    """The options that are used of each command."""
    found: dict[str, set[str]] = {}
    for line in (line for page in pages for line in typed(page)):
        if command := _COMMAND.search(line):
            found.setdefault(command[1], set()).update(_OPTION.findall(line[command.end() :]))
    return found


@cache
def help_of(command: str) -> str:
    """What the CLI says of a command; empty where it knows none of that name."""
    environ = {**os.environ, "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    asked = [AZ, *command.split(), "--help"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, env=environ)
    return done.stdout if done.returncode == 0 else ""


def faults(asked: dict[str, set[str]]) -> list[str]:
    """What the CLI would not understand."""
    unknown = [f"az {command}" for command in asked if not help_of(command)]
    return unknown + [
        f"az {command} {option}"
        for command, options in asked.items()
        for option in sorted(options)
        if help_of(command) and not re.search(rf"(?<!\S){option}(?!\S)", help_of(command))
    ]


def test_every_command_of_the_guides_exists() -> None:
    asked = asked_of_azure(page.read_text() for page in PAGES)
    assert len(asked) >= 20
    assert asked.keys() >= EXTENSIONS
    assert faults({name: asked[name] for name in asked.keys() - EXTENSIONS}) == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("`az account showing`", "az account showing"),
        ('```\nx="$(az ad user show --name me)" # how\n```', "az ad user show --name"),
        ("`az storage\nblob upload --filename x`", "az storage blob upload --filename"),
    ],
)
def test_a_command_that_does_not_exist_is_found(page: str, fault: str) -> None:
    assert faults(asked_of_azure(iter([page]))) == [fault]
