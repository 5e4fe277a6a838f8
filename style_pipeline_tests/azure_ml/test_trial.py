"""``make azure-local`` as a stranger uses it: a video is uploaded, and comes back painted.

Nothing here is ours but the product and the local Azure ML: the real SDKs, Azurite, Dagster's
daemon and sensor, the code snapshot, and ranks under ``mpiexec`` on two nodes.
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline_tests.azure_ml.uploads import ask
from style_pipeline_tests.clips import Tone
from style_pipeline_tests.conftest import ClipFactory

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sys.executable).parent
STYLE = "great-wave"


@dataclass(frozen=True)
class Trial:
    """A running trial; ``uploader`` is what the file of that name says."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    uploader: dict[str, str]

    def media(self, path: str, signature: str) -> str:
        return f"{self.uploader['MEDIA']}{path}?{self.uploader[signature]}"


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    folder = tmp_path / "trial"
    program = [sys.executable, "-m", "style_pipeline_tests.azure_ml", str(folder)]
    dagster = [str(SCRIPTS / "dagster"), "dev", "-w", "workspace.yaml", "--port", free_port()]
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen([*program, *dagster], cwd=ROOT, stdout=log, stderr=log) as process,
    ):
        try:
            wait(lambda: b"Uploads are painted" in (tmp_path / "log").read_bytes(), process)
            yield Trial(folder, process, variables(folder / "uploader"))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(60)
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
    upload = trial.media(f"/incoming/{STYLE}/holiday.mp4", "UPLOAD")
    assert ask(trial.uploader, "PUT", upload, source.read_bytes())[0] == 201

    result = trial.media(f"/outputs/{STYLE}/holiday.mp4", "DOWNLOAD")
    wait(lambda: ask(trial.uploader, "HEAD", result)[0] == 200, trial.process)
    status, painted = ask(trial.uploader, "GET", result)
    assert status == 200
    assert painted == painted_here(source, tmp_path)

    assert ranks(trial) == 4
    trial.process.send_signal(signal.SIGTERM)
    # 3 would say that the SDKs asked for what Azure ML does not know, or tried to go elsewhere.
    assert trial.process.wait(60) in (0, -signal.SIGTERM)


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
    home = variables(trial.folder / "environment")["DAGSTER_HOME"]
    with dg.DagsterInstance.from_config(home) as instance:
        (record,) = instance.fetch_materializations(dg.AssetKey("styled_frames"), 10).records
        assert record.asset_materialization is not None
        return int(str(record.asset_materialization.metadata["ranks"].value))
