"""The worker's image has what the worker imports, and no Dagster."""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "style_pipeline"
WORKER = ROOT / "docker/worker"

PROVIDES = {
    "av": "av",
    "azure-identity": "azure",
    "azure-storage-blob": "azure",
    "dagster-pipes": "dagster_pipes",
    "mpi4py": "mpi4py",
    "numpy": "numpy",
    "safetensors": "safetensors",
    "torch": "torch",
}


def requirements() -> list[str]:
    lines = (WORKER / "requirements.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def imported(folder: Path) -> set[str]:
    """Top-level names of what the modules import when they are loaded."""
    found = set[str]()
    for path in folder.rglob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"style_pipeline"}


def test_the_image_has_what_the_worker_imports() -> None:
    needed = imported(PACKAGE / "worker") | imported(PACKAGE / "stores")
    assert needed <= {PROVIDES[name] for name in requirements()}


def test_what_the_image_has_is_pinned_and_not_dagster() -> None:
    pins = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert set(requirements()) <= {pin.lower().replace("_", "-") for pin in pins}
    assert "dagster" not in requirements()


def test_the_image_takes_its_base_as_an_argument_and_runs_without_root() -> None:
    lines = [
        line
        for line in (WORKER / "Dockerfile").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert lines[0].startswith("ARG BASE_IMAGE=")
    assert any(line.startswith("ARG MPI_PACKAGES=") for line in lines)
    users = [line for line in lines if line.startswith("USER ")]
    assert users[-1] == "USER painter"
