"""``make azure-local`` as a stranger uses it: a video is uploaded, and comes back painted.

Nothing here is ours but the product and the local Azure ML: the real SDKs, Azurite, Dagster's
daemon and sensor, the code snapshot, and ranks under ``mpiexec`` on two nodes.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.launchers.azure_ml.states import State
from style_pipeline.launchers.azure_ml.workspace import Workspace
from style_pipeline.media import sandbox
from style_pipeline_tests.azure_ml.uploads import ask
from style_pipeline_tests.clips import Tone
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.media.test_sandbox import needs_a_room
from style_pipeline_tests.mpi import worker_pids

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
PROGRAM = [sys.executable, "-m", "style_pipeline_tests.azure_ml"]
STYLE = "great-wave"


@dataclass(frozen=True)
class Trial:
    """A running trial; ``uploader`` and ``environ`` are what the files of these names say."""

    process: "subprocess.Popen[bytes]"
    port: str
    uploader: dict[str, str]
    environ: dict[str, str]

    def media(self, path: str, signature: str) -> str:
        return f"{self.uploader['MEDIA']}{path}?{self.uploader[signature]}"

    def upload(self, path: str, content: bytes) -> None:
        url = self.media(f"/incoming/{STYLE}/{path}", "UPLOAD")
        assert ask(self.uploader, "PUT", url, content)[0] == 201

    def instance(self) -> dg.DagsterInstance:
        return dg.DagsterInstance.from_config(self.environ["DAGSTER_HOME"])


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """One for all tests here; ends well, and nobody asked for what must not be asked for."""
    home, port = tmp_path_factory.mktemp("trial"), free_port()
    folder, log = home / "trial", home / "log"
    dagster = [str(SCRIPTS / "dagster"), "dev", "-w", "workspace.yaml", "--port", port]
    with (
        log.open("wb") as written,
        subprocess.Popen(
            [*PROGRAM, str(folder), *dagster], cwd=ROOT, stdout=written, stderr=written
        ) as process,
    ):
        try:
            wait(lambda: b"Uploads are painted" in log.read_bytes(), process)
            said = (variables(folder / name) for name in ("uploader", "environment"))
            yield Trial(process, port, *said)
            process.send_signal(signal.SIGTERM)
            # 3 would say that the SDKs asked for what Azure ML does not know, or tried to leave.
            assert process.wait(60) in (0, -signal.SIGTERM)
        finally:
            process.kill()


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return str(probe.getsockname()[1])


def variables(file: Path) -> dict[str, str]:
    words = (shlex.split(line)[1] for line in file.read_text().splitlines())
    return dict(word.split("=", 1) for word in words)


def wait(
    until: Callable[[], bool], process: "subprocess.Popen[bytes]", seconds: float = 240
) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert process.poll() is None, "the trial has ended"
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.5)


def test_an_upload_comes_back_as_the_local_path_paints_it(
    trial: Trial, clip: ClipFactory, tmp_path: Path
) -> None:
    source = clip("holiday.mp4", frames=80, size=(160, 96), audio=[Tone()])
    trial.upload("holiday.mp4", source.read_bytes())
    result = trial.media(f"/outputs/{STYLE}/holiday.mp4", "DOWNLOAD")
    wait(lambda: ask(trial.uploader, "HEAD", result)[0] == 200, trial.process)
    status, painted = ask(trial.uploader, "GET", result)
    assert status == 200
    assert painted == painted_here(source, tmp_path)
    assert ranks(trial) == 4


def test_a_run_terminated_in_the_interface_ends_its_job_and_paints_nothing(
    trial: Trial, clip: ClipFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in trial.environ.items():
        monkeypatch.setenv(name, value)
    trial.upload("long.mp4", clip("long.mp4", frames=240, size=(320, 240)).read_bytes())
    store = trial.environ["STYLE_PIPELINE_STORE"]
    with trial.instance() as instance:
        wait(lambda: at_work(instance, "long") != [], trial.process)
        wait(lambda: len(worker_pids(store)) == 4, trial.process)
        (run,) = at_work(instance, "long")
        terminate(trial, run.run_id)
        wait(lambda: status_of(instance, run.run_id) is dg.DagsterRunStatus.CANCELED, trial.process)
        log = "\n".join(entry.message for entry in instance.all_logs(run.run_id))
        painted = instance.get_records_for_run(
            run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        keys = {record.asset_key for record in painted.records}
    assert keys == {dg.AssetKey("frames"), dg.AssetKey("audio_track")}
    (name,) = re.findall(r"submitting Azure ML job (\S+):", log)
    workspace = Workspace(AzureSettings.from_environment(trial.environ))
    wait(lambda: ended(workspace, name), trial.process)
    wait(lambda: worker_pids(store) == [], trial.process)
    assert (
        ask(trial.uploader, "HEAD", trial.media(f"/outputs/{STYLE}/long.mp4", "DOWNLOAD"))[0] == 404
    )


@needs_a_room
def test_nothing_is_needed_but_loopback(tmp_path: Path) -> None:
    """In a room without any other network: what no process there can reach, none has reached."""
    room = [sandbox.PROGRAM, "--unshare-net", "--die-with-parent", "--dev-bind", "/", "/"]
    smoke = [sys.executable, "-m", "style_pipeline_tests.azure_ml.smoke", str(tmp_path / "smoke")]
    done = subprocess.run(
        [*room, *PROGRAM, str(tmp_path / "trial"), *smoke],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "whole; Azure ML was asked as expected" in done.stdout


def painted_here(source: Path, folder: Path) -> bytes:
    """The same video by the path that needs no cloud."""
    output = folder / "here.mp4"
    # A cluster's GPUs are not this machine's CPU: pictures are equal where the engine is.
    engine = {"STYLE_PIPELINE_ENGINE": "torch-float16"}
    environ = {**os.environ, "STYLE_PIPELINE_HOME": str(folder / "here"), **engine}
    words = ["run", str(source), "--style", STYLE, "--output", str(output)]
    subprocess.run([SCRIPTS / "style-pipeline", *words], env=environ, check=True)
    return output.read_bytes()


def ranks(trial: Trial) -> int:
    """How many of them the asset's metadata names."""
    with trial.instance() as instance:
        (record,) = instance.fetch_materializations(dg.AssetKey("styled_frames"), 10).records
        assert record.asset_materialization is not None
        return int(str(record.asset_materialization.metadata["ranks"].value))


def at_work(instance: dg.DagsterInstance, video: str) -> list[dg.DagsterRun]:
    """The runs of a video that have begun and not ended."""
    runs = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    return [run for run in runs if f"|{video}-" in run.tags.get("dagster/partition", "")]


def terminate(trial: Trial, run_id: str) -> None:
    """What the button of that name does."""
    mutation = "mutation($id: String!) { terminateRun(runId: $id) { __typename } }"
    body = json.dumps({"query": mutation, "variables": {"id": run_id}}).encode()
    url = f"http://127.0.0.1:{trial.port}/graphql"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(request, timeout=60).close()


def status_of(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus | None:
    run = instance.get_run_by_id(run_id)
    return None if run is None else run.status


def ended(workspace: Workspace, name: str) -> bool:
    job = workspace.look(name)
    assert job is not None
    return job.state is State.CANCELED
