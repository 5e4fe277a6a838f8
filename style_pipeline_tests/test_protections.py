"""The page of protections names code and tests that exist, in every line of its tables."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/protections.md").read_text()
LINES = [line for line in re.findall(r"^\| (.*) \|$", PAGE, re.MULTILINE) if "`" in line]
NAME = re.compile(r"`([\w/]+\.py)::(\w+)`")


def defined(path: Path) -> set[str]:
    """Every class, function, method and constant of a module; none where there is no module."""
    nodes = list(ast.walk(ast.parse(path.read_text()))) if path.exists() else []
    named = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = [node.targets for node in nodes if isinstance(node, ast.Assign)]
    return named | {each.id for some in targets for each in some if isinstance(each, ast.Name)}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split(" | ")[0])
def test_code_and_test_of_a_protection_exist(line: str) -> None:
    _, *cells = line.split(" | ")
    ((code, place), (tests, name)) = [found for cell in cells for found in NAME.findall(cell)]
    homes = ("style_pipeline", "style_pipeline_tests")
    assert any(place in defined(ROOT / home / code) for home in homes)
    assert name.startswith("test_")
    assert name in defined(ROOT / "style_pipeline_tests" / tests)


def test_there_is_a_table_to_look_at() -> None:
    assert len(LINES) > 60
    assert PAGE.count(".py::") == 2 * len(LINES)
