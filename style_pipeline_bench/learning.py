"""``python -m style_pipeline_bench.learning``: what a training step costs, in three ways by turns.

For docs/styles.md, in CPU seconds: with bfloat16, with float32, and with float32 and convolutions
of fewer products.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import torch

from style_pipeline.lesson import Recipe, Stage
from style_pipeline.style import catalogue, checkpoint
from style_pipeline.style.training.evaluation import PAINTING_SHORT_SIDE
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.photographs import Photographs, open_painting
from style_pipeline.style.training.trainer import Trainer
from style_pipeline.style.training.winograd import FrozenConvolution

_WAYS = {"bfloat16": (True, False), "float32": (False, False), "fewer products": (False, True)}


def seconds(arguments: argparse.Namespace) -> Iterator[str]:
    """A line for each way: the median of its steps, over all threads."""
    torch.set_num_threads(arguments.threads)
    sha256 = catalogue.shipped_card().sha256
    network, card = checkpoint.load(catalogue.shipped_checkpoint(), sha256)
    paintings = [open_painting(arguments.painting, PAINTING_SHORT_SIDE)] * len(card.styles)
    recipe = Recipe(stages=(Stage(1000, arguments.side, 2),))
    trunk, photographs = Trunk(arguments.trunk), Photographs(arguments.photos)
    wide = [m for m in trunk.modules() if isinstance(m, FrozenConvolution) and m.minimal]
    spent: dict[str, list[float]] = {way: [] for way in arguments.way or _WAYS}
    with TemporaryDirectory() as folder:
        network.requires_grad_(True)
        trainer = Trainer(network, photographs, paintings, trunk, recipe, Path(folder))
        for step in range((arguments.steps + 1) * len(spent)):
            way = list(spent)[step % len(spent)]
            trainer.bfloat16, minimal = _WAYS[way]
            for layer in wide:
                layer.minimal = minimal
            begun = process_time()
            trainer.run(lambda _: None, until=step + 1)
            spent[way].append(process_time() - begun)
    for way, each in spent.items():
        yield f"{way}: {median(each[1:]):.2f} s"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m style_pipeline_bench.learning")
    parser.add_argument("--trunk", type=Path, required=True)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--painting", type=Path, required=True)
    parser.add_argument("--way", choices=_WAYS, action="append", help="Only this one; repeatable.")
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    for line in seconds(parser.parse_args()):
        sys.stdout.write(f"{line}\n")
