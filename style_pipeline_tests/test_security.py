"""The security page names tests that exist; the scanners of 'make lint' find what they are for."""

import ast
import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "style_pipeline_tests"
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = re.findall(r"^- `([\w/]+\.py)::(\w+)`$", PAGE, re.MULTILINE)
THREATS = [
    "Accounts",
    "Keys and signatures",
    "Roles",
    "Network",
    "Encryption at rest and in transit",
    "Injected code",
    "Exposed logs",
    "Poison messages",
    "Flooding",
]
KEY = base64.b64encode(bytes(range(64))).decode()
SIGNATURE = base64.b64encode(bytes(range(32))).decode().replace("=", "%3D")


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def scan(folder: Path) -> set[str]:
    """The rules by which gitleaks finds something."""
    rules = ["--config", str(ROOT / ".gitleaks.toml"), "--redact", "--no-banner"]
    report = ["--report-format", "json", "--report-path", "-"]
    done = subprocess.run(
        [program("gitleaks"), "dir", str(folder), *rules, *report],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert KEY not in done.stdout
    return {each["RuleID"] for each in json.loads(done.stdout)}


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda text: text)
def test_the_tests_that_the_page_names_exist(file: str, name: str) -> None:
    tree = ast.parse((TESTS / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_threat_of_the_reference_has_its_tests() -> None:
    sections = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    shown = {text.split("\n")[0]: text.count(".py::") for text in sections}
    assert set(THREATS) <= shown.keys()
    assert [threat for threat, tests in shown.items() if not tests] == []
    assert PAGE.count(".py::") == len(NAMED)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (
            f"AccountName=films;AccountKey={KEY};EndpointSuffix=core.windows.net",
            "azure-account-key",
        ),
        (f'account_key: "{KEY}"', "azure-account-key"),
        (f"https://films.blob.core.windows.net/media?sv=2024&sp=rw&sig={SIGNATURE}", "azure-sas"),
        (f"STYLE_PIPELINE_STORE_SAS='sp=rw&amp;sig={SIGNATURE}'", "azure-sas"),
    ],
)
def test_a_planted_secret_is_found(tmp_path: Path, line: str, rule: str) -> None:
    (tmp_path / "notes.txt").write_text(f"remember:\n{line}\n")
    assert rule in scan(tmp_path)


def test_what_is_no_secret_is_left_alone(tmp_path: Path) -> None:
    harmless = "AccountKey=${AZURITE_KEY};\n?sig=SIGNATURE\nAccountKey=<the key>\n"
    (tmp_path / "notes.txt").write_text(harmless)
    assert scan(tmp_path) == set()


def test_bandit_would_find_something(tmp_path: Path) -> None:
    """What ruff's rules do not know: a checkpoint that runs code when it is loaded."""
    (tmp_path / "load.py").write_text("import torch\n\ntorch.load('checkpoint.pt')\n")
    argv = [program("bandit"), "--quiet", "--severity-level", "medium", "-r", str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "B614" in done.stdout
