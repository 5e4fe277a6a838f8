"""``python -m style_pipeline_bench.steadiness``: how much other checkpoints flicker, on clips.

For the table in ``docs/styles.md``; a line for each clip and style, a column for each checkpoint.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from style_pipeline.look import Look
from style_pipeline.quality.films import moments
from style_pipeline.quality.flicker import Moment, flicker
from style_pipeline.style.card import CheckpointCard, card_path
from style_pipeline.style.stylizer import Workbench, open_trained


def levels(checkpoint: Path, style: str, clip: Path, frames: int, threads: int) -> float:
    """The flicker score, in 8-bit levels, of the first ``frames`` frames of ``clip``."""
    files = [(checkpoint, CheckpointCard.read(card_path(checkpoint)).sha256)]
    paint = open_trained(files, Look.parse(style), Workbench(threads=threads))
    shown = islice(moments(clip, clip), frames)
    score = flicker([[Moment(each.source, paint(each.source)) for each in shown]])
    return score.levels or 0.0


def lines(arguments: argparse.Namespace) -> Iterator[str]:
    """The table, a line at a time."""
    yield " | ".join(["clip", "style", *(path.stem for path in arguments.checkpoint)])
    for clip in arguments.clips:
        for style in arguments.style:
            found = [
                levels(path, style, clip, arguments.frames, arguments.threads)
                for path in arguments.checkpoint
            ]
            yield " | ".join([clip.stem, style, *(f"{each:.2f}" for each in found)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m style_pipeline_bench.steadiness")
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP")
    parser.add_argument("--checkpoint", type=Path, action="append", required=True)
    parser.add_argument("--style", action="append", required=True)
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    for line in lines(parser.parse_args()):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
