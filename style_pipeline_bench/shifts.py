"""``python -m style_pipeline_bench.shifts``: what a network makes of a frame that only shifts.

For docs/styles.md; a line for each clip and style, a column for each shift to the right in pixels.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from style_pipeline.look import Look
from style_pipeline.quality.films import moments
from style_pipeline.quality.flicker import LONGEST_SIDE
from style_pipeline.quality.motion import fitted
from style_pipeline.style import catalogue
from style_pipeline.style.card import CheckpointCard, card_path
from style_pipeline.style.stylizer import Stylizer, Workbench, open_trained

_SHIFTS = range(1, 9)
_EDGE = 32
"""Pixels that are not compared: what is shifted out on one side comes in on the other."""


def change(paint: Stylizer, frame: NDArray[np.uint8], shift: int) -> float:
    """In levels, between the painting of the shifted ``frame`` and the shifted painting."""
    apart = paint(np.roll(frame, shift, 1)).astype(np.int16) - np.roll(paint(frame), shift, 1)
    return float(np.abs(apart[_EDGE:-_EDGE, _EDGE:-_EDGE]).mean())


def lines(arguments: argparse.Namespace) -> Iterator[str]:
    """The table, a line at a time."""
    yield " | ".join(["clip", "style", *map(str, _SHIFTS)])
    files = [(arguments.checkpoint, CheckpointCard.read(card_path(arguments.checkpoint)).sha256)]
    for clip in arguments.clips:
        frame = next(moments(clip, clip)).source
        scale = LONGEST_SIDE / max(frame.shape)
        frame = fitted(frame, round(frame.shape[1] * scale), round(frame.shape[0] * scale))
        for style in arguments.style:
            paint = open_trained(files, Look.parse(style), Workbench(threads=arguments.threads))
            found = (f"{change(paint, frame, shift):.1f}" for shift in _SHIFTS)
            yield " | ".join([clip.stem, style, *found])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m style_pipeline_bench.shifts")
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP")
    parser.add_argument("--checkpoint", type=Path, default=catalogue.shipped_checkpoint())
    parser.add_argument("--style", action="append", required=True)
    parser.add_argument("--threads", type=int, default=2)
    for line in lines(parser.parse_args()):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
