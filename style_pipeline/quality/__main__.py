"""``python -m style_pipeline.quality SOURCE PAINTED``: the flicker score as one line of JSON.

Every pair of frames is measured. ``levels`` is null where there was nothing to measure. Ends with 2
where a file is missing, cannot be decoded or has another number of frames than the other.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from style_pipeline.errors import StylePipelineError
from style_pipeline.quality.films import moments
from style_pipeline.quality.flicker import flicker


def main(argv: Sequence[str]) -> int:
    """Measure, print, and return the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        score = flicker([moments(arguments.source, arguments.painted)])
    except StylePipelineError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(f"{json.dumps({'levels': score.levels, **asdict(score)})}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m style_pipeline.quality",
        description="How much a painted video flickers, in 8-bit levels, as one line of JSON.",
    )
    parser.add_argument("source", type=Path, metavar="SOURCE", help="the video as it was")
    parser.add_argument("painted", type=Path, metavar="PAINTED", help="with as many frames")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
