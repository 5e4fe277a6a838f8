"""The README says what is true: its commands, links, settings and styles exist."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner

from style_pipeline.cli import main
from style_pipeline.look import Look
from style_pipeline.settings import VARIABLES
from style_pipeline.style import catalogue

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("docker/*.md"),
        *ROOT.glob("infra/*.md"),
    ]
)


def code_lines() -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]


def test_every_setting_is_in_the_table_and_says_the_same() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*) \|$", README, re.MULTILINE))
    assert rows == VARIABLES


def test_make_targets_exist() -> None:
    named = {match for line in code_lines() for match in re.findall(r"^make ([a-z-]+)", line)}
    makefile = (ROOT / "Makefile").read_text()
    assert {"demo", "test"} <= named
    assert {
        target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)
    } == set()


@pytest.mark.parametrize(
    "line", [line for line in code_lines() if line.startswith(".venv/bin/style-pipeline ")]
)
def test_commands_exist_with_these_options(line: str) -> None:
    words = line.split()[1:]
    command = words[:2] if words[0] == "azure" else words[:1]
    help_text = CliRunner().invoke(main, [*command, "--help"])
    assert help_text.exit_code == 0
    assert all(word in help_text.output for word in words if word.startswith("--"))


def test_styles_of_the_examples_can_be_painted() -> None:
    for text in re.findall(r"--style (\S+)", README):
        styles = () if text.startswith("any:") else Look.of(text).styles
        assert set(styles) <= set(catalogue.shipped_card().names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    local = [target for target in targets if not target.startswith("http")]
    assert [target for target in local if not (page.parent / target).exists()] == []


def test_every_direct_dependency_is_explained_and_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[><=!~\[]", requirement)[0] for requirement in wanted}
    explained = set(re.findall(r"`([a-z0-9-]+)`", (ROOT / "docs/dependencies.md").read_text()))
    pins = re.findall(r"^([\w.-]+)==\S+$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert names - explained == set()
    assert names - {pin.lower().replace("_", "-") for pin in pins} == set()
