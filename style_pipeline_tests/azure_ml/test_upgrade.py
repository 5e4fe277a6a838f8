"""The lines that docs/operations.md gives for an upgrade, run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from style_pipeline.stores import open_store
from style_pipeline_tests.azure_ml.blobs import ACCOUNT, MEDIA
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.fixtures import cloud, running_cloud

__all__ = ["cloud", "running_cloud"]

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(
    r"^compose exec -T code python - <<'END'\n(.*?)^END$", re.DOTALL | re.MULTILINE
)
(LINES,) = COMMAND.findall((ROOT / "docs/operations.md").read_text())


def copied(environ: dict[str, str]) -> list[str]:
    """What the lines say that they have copied."""
    done = subprocess.run(
        [sys.executable, "-"],
        input=LINES,
        env={**os.environ, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_what_was_learnt_among_the_media_is_copied_into_operations(cloud: Cloud) -> None:
    media, operations = (open_store(cloud.new_container(name)) for name in (MEDIA, ACCOUNT))
    mine = ["styles/mine/checkpoint.json", "styles/mine/checkpoint.safetensors"]
    for key in (*mine, "styles/mine/painting.jpg", "styles/other/checkpoint.json"):
        media.upload(b"old", key)
    operations.upload(b"new", "styles/other/checkpoint.json")
    environ = {
        "STYLE_PIPELINE_STORE": media.url,
        **cloud.settings(OPERATIONS=operations.url),
    }
    assert copied(environ) == mine
    there = {found.key: operations.read_bytes(found.key) for found in operations.list()}
    assert there == {**dict.fromkeys(mine, b"old"), "styles/other/checkpoint.json": b"new"}
    assert copied(environ) == []
