"""The compose and workspace files against what Dagster really loads, with real servers."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml

from style_pipeline.defs.instance import install
from style_pipeline.settings import VARIABLES, Settings
from style_pipeline_tests.defs.test_hot_folder import free_port
from style_pipeline_tests.docker.composition import DOCKER, TRIAL, composition

ROOT = DOCKER.parent
SECRETS = {"POSTGRES_PASSWORD": "p", "AZURITE_KEY": "a2V5"}
SECONDS = 90
LOCATIONS = """
{workspaceOrError {... on Workspace {locationEntries {name locationOrLoadError {
  ... on RepositoryLocation {repositories {sensors {name}}} ... on PythonError {message}}}}}}
"""


def services(*names: str) -> dict[str, Any]:
    found: dict[str, Any] = composition(SECRETS, *names)["services"]
    return found


@contextmanager
def started(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator[None]:
    argv = [str(Path(sys.executable).with_name(command[0])), *command[1:]]
    with (
        log.open("wb") as stream,
        subprocess.Popen(
            argv, env=environ, cwd=log.parent, stdout=stream, stderr=stream
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()


def becomes_healthy(check: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
    program = Path(sys.executable).with_name(check[1])
    deadline = time.monotonic() + SECONDS
    while subprocess.run([program, *check[2:]], env=environ, capture_output=True).returncode:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.5)


@pytest.mark.slow
def test_the_services_load_and_name_what_dagster_has(tmp_path: Path) -> None:
    """Code location and web server by their own commands and health checks, on free ports."""
    settings = Settings.from_environment({"STYLE_PIPELINE_HOME": str(tmp_path)})
    ports = {port: str(free_port()) for port in ("3000", "4000", "4001")}

    def here(text: str) -> str:
        moved = re.sub("|".join(ports), lambda port: ports[port[0]], text)
        return moved.replace("0.0.0.0", "127.0.0.1").replace("/opt/dagster", str(tmp_path))  # noqa: S104

    (tmp_path / "workspace.yaml").write_text(here((DOCKER / "dagster/workspace.yaml").read_text()))
    environ = {
        **os.environ,
        "DAGSTER_HOME": str(install(settings)),
        "STYLE_PIPELINE_HOME": str(settings.home),
        "DAGSTER_CODE_HOST": "127.0.0.1",
        "DAGSTER_STYLES_HOST": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }
    with ExitStack() as stack:
        for name in ("code", "styles", "webserver"):
            service, log = services()[name], tmp_path / f"{name}.log"
            stack.enter_context(started([here(word) for word in service["command"]], environ, log))
            becomes_healthy([here(word) for word in service["healthcheck"]["test"]], environ, log)
        found = {each["name"]: each["locationOrLoadError"] for each in locations(ports["3000"])}
    sensors = {
        name: {
            each["name"]
            for repository in location["repositories"]
            for each in repository["sensors"]
        }
        for name, location in found.items()
    }
    assert sensors == {
        "style_pipeline": {"new_video_sensor", "killed_run_sensor"},
        "style_pipeline_styles": {"new_painting_sensor"},
    }


def locations(port: str) -> list[dict[str, Any]]:
    body = json.dumps({"query": LOCATIONS}).encode()
    url = f"http://127.0.0.1:{port}/graphql"
    with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=60) as answer:
        return list(json.load(answer)["data"]["workspaceOrError"]["locationEntries"])


def test_the_locations_have_the_same_names_everywhere() -> None:
    """A second name would make the sensor ask for every video again."""
    here = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    there = yaml.safe_load((DOCKER / "dagster/workspace.yaml").read_text())["load_from"]
    served = [option_values(services()[name]["command"]) for name in ("code", "styles")]
    wanted = [
        (each["python_module"]["module_name"], each["python_module"]["location_name"])
        for each in here
    ]
    assert [(each["--module-name"], each["--location-name"]) for each in served] == wanted
    assert [
        (each["grpc_server"]["location_name"], str(each["grpc_server"]["port"])) for each in there
    ] == [(each["--location-name"], each["--port"]) for each in served]


def option_values(command: Sequence[str]) -> dict[str, str]:
    return {word: command[at + 1] for at, word in enumerate(command) if word.startswith("--")}


@pytest.mark.parametrize("names", [("compose.yaml",), TRIAL], ids=["compose", "trial"])
def test_every_service_is_healthy_or_fails_and_waits_for_one_that_exists(
    names: tuple[str, ...],
) -> None:
    found = services(*names)
    for name, service in found.items():
        assert "healthcheck" in service or name == "container"
        assert set(service.get("depends_on", {})) <= found.keys()
        mounted = {volume.split(":")[0] for volume in service.get("volumes", [])}
        assert mounted <= composition(SECRETS, *names)["volumes"].keys()


def test_the_platform_runs_with_no_rights_and_is_reached_from_this_machine_alone() -> None:
    for name in ("code", "styles", "webserver", "daemon"):
        service = services()[name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    ports = [port for service in services(*TRIAL).values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_nothing_starts_without_a_password() -> None:
    with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
        composition({})


def test_only_known_settings_are_named() -> None:
    named = {
        name
        for service in services(*TRIAL).values()
        for name in service.get("environment", {})
        if name.startswith("STYLE_PIPELINE_")
    }
    assert named
    assert named <= VARIABLES.keys()


def test_new_secrets_are_for_this_user_and_never_overwritten(tmp_path: Path) -> None:
    script = tmp_path / "new-secrets"
    script.write_bytes((DOCKER / "new-secrets").read_bytes())
    file = tmp_path / ".env"
    subprocess.run(["bash", script], check=True, capture_output=True)
    first = file.read_text()
    values = dict(line.split("=", 1) for line in first.splitlines())
    assert file.stat().st_mode & 0o777 == 0o600
    assert composition(values, *TRIAL)
    subprocess.run(["bash", script], check=True, capture_output=True)
    assert file.read_text() == first
