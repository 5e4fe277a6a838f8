"""What Dagster's own commands make of the definitions, each in a fresh interpreter."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from style_pipeline.defs.instance import embedded_instance, install
from style_pipeline.defs.submission import submit
from style_pipeline.look import Look
from style_pipeline.settings import Settings
from style_pipeline.stores import open_store
from style_pipeline_tests.conftest import ClipFactory

ROOT = Path(__file__).parents[1]
DAGSTER = str(Path(sys.executable).with_name("dagster"))
STYLE = "starry-night"


def environment(settings: Settings, **more: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"}
    ours = {"STYLE_PIPELINE_HOME": str(settings.home), "STYLE_PIPELINE_RANKS": "1"}
    python_path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))
    return {**inherited, **ours, "PYTHONPATH": python_path, **more}


def dagster(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DAGSTER, *arguments],
        env=environment(settings, **more),
        cwd=settings.home.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"STYLE_PIPELINE_RANKS": "1"}, tmp_path)


def test_importing_the_definitions_is_light() -> None:
    script = (
        "import sys, json, style_pipeline.definitions as d; d.definitions();"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(
        subprocess.run(
            [sys.executable, "-W", "error::UserWarning", "-c", script],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
    )
    heavy = ("torch", "mpi4py", "azure.ai.ml", "azure.identity", "azure.storage", "onnx")
    assert [name for name in loaded if name.startswith(heavy)] == []


def test_importing_the_definitions_reads_no_environment() -> None:
    broken = {**os.environ, "STYLE_PIPELINE_RANKS": "many"}
    done = subprocess.run(
        [sys.executable, "-c", "import style_pipeline.definitions"],
        env=broken,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0


def test_the_workspace_is_valid(settings: Settings) -> None:
    done = dagster(settings, "definitions", "validate", "-w", str(ROOT / "workspace.yaml"))
    assert done.returncode == 0, done.stderr
    assert "style_pipeline" in done.stdout + done.stderr


def test_dagster_materialises_what_was_submitted(settings: Settings, clip: ClipFactory) -> None:
    with embedded_instance(settings) as instance:
        store = open_store(settings.store_url)
        (key,) = submit(store, instance, clip("by hand.mp4", frames=4), [Look.parse(STYLE)])
    chosen = ["-m", "style_pipeline.definitions", "--select", "*", "--partition", key]
    home = str(settings.dagster_home)
    done = dagster(settings, "asset", "materialize", *chosen, DAGSTER_HOME=home)
    assert done.returncode == 0, done.stderr
    assert store.exists(f"outputs/{STYLE}/by hand.mp4")


@pytest.mark.parametrize("known_home", [True, False])
def test_an_unregistered_partition_names_the_remedy(settings: Settings, known_home: bool) -> None:
    with embedded_instance(settings):
        pass
    more = {"DAGSTER_HOME": str(settings.dagster_home)} if known_home else {}
    chosen = ["-m", "style_pipeline.definitions", "--select", "*", "--partition", f"{STYLE}|x-1"]
    done = dagster(settings, "asset", "materialize", *chosen, **more)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "PartitionError" in last
    assert "style-pipeline submit VIDEO --style STYLE" in last
    assert "DAGSTER_HOME" in last


@pytest.mark.slow
def test_both_locations_load_where_jobs_go_to_azure(settings: Settings) -> None:
    azure = dict.fromkeys(("SUBSCRIPTION", "RESOURCE_GROUP", "WORKSPACE", "OPERATIONS"), "x")
    more = {f"STYLE_PIPELINE_AZURE_{name}": value for name, value in azure.items()}
    install(settings)
    home = {"DAGSTER_HOME": str(settings.dagster_home), "STYLE_PIPELINE_LAUNCHER": "azure_ml"}
    workspace = str(ROOT / "workspace.yaml")
    checked = dagster(settings, "definitions", "validate", "-w", workspace, **home, **more)
    assert checked.returncode == 0, checked.stderr


def test_nobody_looks_for_garbage_in_what_dagster_and_its_definitions_are_made_of() -> None:
    code = (
        "import gc; from style_pipeline.definitions import definitions; definitions()\n"
        "print(gc.isenabled(), gc.get_freeze_count() > gc.get_count()[0] + len(gc.get_objects()))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.stdout.split() == ["True", "True"], result.stderr
