"""A trial of the cloud path: a local cloud, and a command that works in it.

The cloud is provisioned by ``style-pipeline azure provision``; the
command finds there what it would find in Azure, by the environment variables that production uses.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from style_pipeline_tests.azure_ml.blobs import ACCOUNT, MEDIA
from style_pipeline_tests.azure_ml.cloud import Cloud, local_cloud

_HOURS = 24
_SCRIPTS = Path(sys.executable).parent
_CHECKOUT = Path(__file__).parents[2]


def main(folder: Path, command: Sequence[str]) -> int:
    """The command's return code; 3 where somebody asked for what Azure ML does not know, or tried
    to leave this machine."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with local_cloud(folder) as cloud:
        environ = environ_of(cloud)
        _write(folder / "environment", environ)
        _write(folder / "uploader", uploader_of(cloud))
        _prepare({**os.environ, **environ})
        print(_HOW_TO.format(folder=folder), flush=True)
        code = _attend(command, {**os.environ, **environ})
        faults = [*cloud.plane.violations, *cloud.egress.refused]
    for fault in faults:
        print(f"refused: {fault}", file=sys.stderr)
    return 3 if faults else code


_HOW_TO = """
Uploads are painted on two simulated nodes of two ranks each, and come back in outputs/:

  source {folder}/uploader
  curl --cacert $CA -H 'x-ms-blob-type: BlockBlob' -T clip.mp4 "$MEDIA/incoming/tahiti/clip.mp4?$UPLOAD"
  curl --cacert $CA --fail -o painted.mp4 "$MEDIA/outputs/tahiti/clip.mp4?$DOWNLOAD"

Any tool for Azure Storage does as well as curl. What Dagster is told: {folder}/environment
"""  # noqa: E501 - a command has to stay on its line


def environ_of(cloud: Cloud) -> dict[str, str]:
    """All that Dagster's machine is told; two accounts, as the reference architecture demands."""
    settings = {"NODES": "2", "GPUS_PER_NODE": "2", "POLL_SECONDS": "1"}
    operations = cloud.new_container(ACCOUNT, "operations")
    return {
        **cloud.environ(),
        **cloud.settings(OPERATIONS=operations, **settings),
        "STYLE_PIPELINE_STORE": cloud.new_container(MEDIA, "media"),
        "STYLE_PIPELINE_HOME": str(cloud.folder / "home"),
        "DAGSTER_HOME": str(cloud.folder / "home" / "dagster"),
    }


def uploader_of(cloud: Cloud) -> dict[str, str]:
    """What somebody who brings videos is given: to create in the media's container, and to read
    there; nothing that exists can be overwritten."""
    return {
        "CA": str(cloud.blobs.authority.ca),
        "MEDIA": f"{cloud.blobs.direct_url(MEDIA)}/media",
        "UPLOAD": cloud.blobs.sas("media", "c", MEDIA, _HOURS),
        "DOWNLOAD": cloud.blobs.sas("media", "r", MEDIA, _HOURS),
    }


def _prepare(environ: Mapping[str, str]) -> None:
    """What an operator does once."""
    program = str(_SCRIPTS / "style-pipeline")
    for command in (["azure", "provision", "--source", str(_CHECKOUT)], ["home"]):
        subprocess.run([program, *command], env=environ, check=True)


def _attend(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command to its end; Ctrl+C reaches it by itself, SIGTERM is passed on."""
    with subprocess.Popen(command, env=environ, cwd=_CHECKOUT) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def _write(path: Path, variables: Mapping[str, str]) -> None:
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    path.write_text("".join(lines))
