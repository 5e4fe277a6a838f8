"""``python -m style_pipeline_tests.azure_ml.smoke FOLDER``: one video through Azure, for real.

For whoever has a subscription: it works in the cloud that the environment names, by the variables
of the README, after ``style-pipeline azure provision``. A clip is uploaded, painted by an Azure ML
job, fetched and looked at; what the SDK asked of Azure ML is written to FOLDER/trace.txt and
compared with ``smoke_trace.txt``, which was recorded in the local Azure ML.
"""

import argparse
import difflib
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import av

from style_pipeline.cli.looks import Wishes
from style_pipeline.cli.run import paint
from style_pipeline.errors import ConfigurationError, StylePipelineError
from style_pipeline.settings import Settings
from style_pipeline_tests.azure_ml.control_plane import find
from style_pipeline_tests.azure_ml.state import ARM
from style_pipeline_tests.clips import Tone, make_clip

FRAMES = 48
KNOWN = Path(__file__).with_name("smoke_trace.txt")

_WORKSPACE = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.MachineLearningServices"
    r"/workspaces/[^/?]+",
    re.IGNORECASE,
)
_ASKED = re.compile(r"Request URL: '(https?://[^/']+)([^?']*)[^']*'\s+Request method: '([A-Z]+)'")


def main(words: Sequence[str]) -> int:
    """0 where the video came back whole and Azure ML was asked for nothing new; 1 where it was."""
    folder: Path = _parser().parse_args(words).folder
    settings = Settings.from_environment(os.environ)
    if settings.azure is None or settings.store_folder is not None:
        raise ConfigurationError(
            "this is a trial of Azure: set STYLE_PIPELINE_LAUNCHER=azure_ml, STYLE_PIPELINE_STORE "
            "to a container, and the variables of README, On Azure"
        )
    folder.mkdir(parents=True, exist_ok=True)
    clip = make_clip(folder / "smoke.mp4", frames=FRAMES, size=(160, 96), audio=[Tone()])
    wishes = Wishes(("tahiti",), strength=1.0, keep_colours=False, scale=1.0)
    with recorded() as calls:
        list(paint(settings, clip, wishes, folder / "painted.mp4", verbose=True))
    _refuse_incomplete(folder / "painted.mp4")
    trace = trace_of(calls)
    (folder / "trace.txt").write_text("".join(trace))
    new = list(difflib.unified_diff(KNOWN.read_text().splitlines(True), trace, "local", "here"))
    sys.stdout.writelines(new or [f"{folder}/painted.mp4: whole; Azure ML was asked as expected\n"])
    return 1 if new else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m style_pipeline_tests.azure_ml.smoke",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="where the clip, its painting and the trace go")
    return parser


@contextmanager
def recorded() -> Iterator[list[str]]:
    """Every call to Azure ML within the block, as the local one names it."""
    calls: list[str] = []

    class Recorder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            for _, path, method in _ASKED.findall(record.getMessage()):
                if _WORKSPACE.search(path):
                    calls.append(_named(method, path))

    logger = logging.getLogger("azure.core.pipeline.policies.http_logging_policy")
    recorder, level = Recorder(), logger.level
    logger.addHandler(recorder)
    logger.setLevel(logging.INFO)
    try:
        yield calls
    finally:
        logger.removeHandler(recorder)
        logger.setLevel(level)


def trace_of(calls: list[str]) -> list[str]:
    """The SDK's version, and the calls without their repetitions, a line each."""
    once = [call for call, _ in groupby(calls)]
    return [f"azure-ai-ml {version('azure-ai-ml')}\n", *(f"{call}\n" for call in once)]


def _named(method: str, path: str) -> str:
    below = _WORKSPACE.sub(ARM, path)
    route, _ = find(method, below)
    return route.call if route is not None else f"unknown: {method} {below}"


def _refuse_incomplete(painted: Path) -> None:
    with av.open(str(painted)) as container:
        frames = sum(1 for _ in container.decode(video=0))
        sounds = len(container.streams.audio)
    if (frames, sounds) != (FRAMES, 1):
        raise StylePipelineError(f"{frames} of {FRAMES} frames and {sounds} of 1 sound came back")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StylePipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
