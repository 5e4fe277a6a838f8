"""The network alone, on as many ranks as the product would use: the limit of what it can reach.

Under mpiexec; rank 0 says frames per second, all ranks together. Frames are in memory.
"""

import sys
import time
from pathlib import Path

import numpy as np
from mpi4py import MPI
from PIL import Image

from style_pipeline.look import Look
from style_pipeline.style import catalogue
from style_pipeline.style.frames import FRAMES
from style_pipeline.style.stylizer import Workbench, open_trained

_WARM_UP = 5


def main(style: str, engine: str, threads: str, width: str, height: str, seconds: str) -> None:
    """Paint for some seconds, all ranks at the same time."""
    look, card = Look.parse(style), catalogue.shipped_card()
    files = [(catalogue.shipped_checkpoint(), card.sha256)]
    paint = open_trained(files, look, Workbench(threads=int(threads), engine=engine))
    frames = [np.asarray(_picture(path, int(width), int(height))) for path in FRAMES]
    for number in range(_WARM_UP):
        paint(frames[number % len(frames)])
    MPI.COMM_WORLD.Barrier()
    started, painted = time.perf_counter(), 0
    while time.perf_counter() - started < float(seconds):
        paint(frames[painted % len(frames)])
        painted += 1
    rates = MPI.COMM_WORLD.gather(painted / (time.perf_counter() - started))
    if rates is not None:
        sys.stdout.write(f"{sum(rates):.4f}\n")


def _picture(path: Path, width: int, height: int) -> Image.Image:
    return Image.open(path).convert("RGB").resize((width, height))


if __name__ == "__main__":
    main(*sys.argv[1:])
