"""The walls between the rooms: who may import what, who may start a process, what may not be."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "style_pipeline"

DOORS = {
    "av": ("worker/", "media/shards.py", "quality/films.py"),
    "azure": ("stores/azure", "launchers/", "telemetry/"),
    "click": (
        "cli/",
        "style/training/__main__.py",
        "style/training/commands/",
        "style/training/reporter.py",
    ),
    "ctypes": ("style/native/kernels.py",),
    "cv2": ("quality/motion.py",),
    "dagster": ("definitions.py", "style_definitions.py", "defs/", "launchers/"),
    "dagster_azure": ("defs/", "launchers/"),
    "dagster_pipes": ("worker/",),
    "ffmpeg": ("media/",),
    "mpi4py": ("worker/ranks.py",),
    "onnx": ("style/arbitrary/weights.py", "style/training/"),
    "opentelemetry": ("telemetry/",),
    "PIL": ("media/", "defs/", "style/"),
    "rich": ("cli/",),
    "safetensors": ("style/",),
    "subprocess": ("process.py",),
    "torch": ("style/",),
}
"""Which modules may import a library; each is its library's only door."""

CODE_RUNNERS = {"pickle", "cPickle", "dill", "marshal", "shelve", "joblib", "cloudpickle"}
HIDDEN_STARTERS = {"_posixsubprocess", "multiprocessing", "pexpect", "pty"}
"""Modules with which a process could be started past ``process.py``."""

PROCESS_STARTERS = {
    "system",
    "popen",
    "fork",
    "forkpty",
    "posix_spawn",
    "posix_spawnp",
    "startfile",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    """Top-level names of everything imported anywhere in a module, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def attribute_calls(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """``(owner, name)`` of every ``owner.name`` in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


def through_the_wall(trees: Iterator[tuple[str, ast.Module]]) -> list[str]:
    return [
        f"{module} imports {library}"
        for module, tree in trees
        for library in sorted(set(imported(tree)) & DOORS.keys())
        if not module.startswith(DOORS[library])
    ]


def names_taken(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """``(module, name)`` of every ``from module import name``, and every ``import_module("x")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module.split(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.Call) and _imports_by_name(node.func):
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            yield str(words[0] if words else "a name made at run time").split(".")[0], "*"


def _imports_by_name(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in {"import_module", "__import__"}


def starts_processes(owner: str, name: str) -> bool:
    started = name in PROCESS_STARTERS or name.startswith(("exec", "spawn", "posix_spawn"))
    by_asyncio = owner == "asyncio" and name.startswith(("create_subprocess", "subprocess"))
    return (owner in {"os", "posix"} and started) or by_asyncio or owner in HIDDEN_STARTERS


def process_starters(trees: Iterator[tuple[str, ast.Module]]) -> list[str]:
    return [
        f"{module} calls {owner}.{name}"
        for module, tree in trees
        for owner, name in (*attribute_calls(tree), *names_taken(tree))
        if starts_processes(owner, name) or (name == "*" and owner == "subprocess")
    ]


def test_each_library_has_one_door() -> None:
    assert through_the_wall(modules()) == []


def test_processes_are_started_in_one_module_only() -> None:
    assert process_starters(modules()) == []


def test_nothing_is_loaded_that_can_run_code() -> None:
    unsafe = [
        f"{module} imports {name}"
        for module, tree in modules()
        for name in set(imported(tree)) & CODE_RUNNERS
    ]
    loads = [
        module
        for module, tree in modules()
        if {("torch", "load"), ("torch", "jit")} & set(attribute_calls(tree))
    ]
    shells = [
        module
        for module, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert (unsafe, loads, shells) == ([], [], [])


def test_the_walls_would_be_noticed() -> None:
    """The two searches above do find what they look for."""
    bad = ast.parse("import os\ndef f():\n    import torch\n    os.execv('a', [])\n")
    assert through_the_wall(iter([("worker/x.py", bad)])) == ["worker/x.py imports torch"]
    assert process_starters(iter([("worker/x.py", bad)])) == ["worker/x.py calls os.execv"]
    for hidden in (
        "from os import system",
        "from os import posix_spawn as f",
        "from asyncio.subprocess import create_subprocess_exec",
        "import asyncio\nasyncio.create_subprocess_shell('a')",
        "from multiprocessing import Process",
        "from importlib import import_module\nimport_module('subprocess')",
        "__import__('subprocess')",
    ):
        assert process_starters(iter([("worker/x.py", ast.parse(hidden))])), hidden


def test_environment_and_clock_are_passed_in() -> None:
    """``os.environ`` is read at the edges only: command line, definitions, the worker's main.

    A store's credentials are the exception: ``open_store`` looks for them where it is not told, so
    that nobody has to hand them through. So is what Azure's exporter reads for itself: telemetry
    has to say it there.
    """
    edges = ("cli/", "definitions.py", "style_definitions.py", "defs/", "worker/", "process.py")
    edges += ("launchers/", "stores/__init__.py", "telemetry/sending.py")
    readers = {
        module
        for module, tree in modules()
        if {("os", "environ"), ("os", "getenv")} & set(attribute_calls(tree))
    }
    assert {module for module in readers if not module.startswith(edges)} == set()


def test_every_root_module_is_a_contract_or_an_entrance() -> None:
    """import-linter guards the modules it is told of; a new one must not slip past it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rules = {rule["id"]: rule for rule in project["tool"]["importlinter"]["contracts"]}
    guarded = {name.split(".")[1] for name in rules["contracts"]["source_modules"]}
    entrances = {"definitions", "intake", "style_definitions"}
    assert {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"} == guarded | entrances


def test_import_rules_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([program, "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_definitions_load_nothing_heavy() -> None:
    heavy = ("torch", "mpi4py", "azure.ai.ml", "azure.identity", "azure.storage")
    code = (
        f"import sys, style_pipeline.definitions\nprint([m for m in {heavy} if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr


def test_modules_stay_readable() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").exists()
