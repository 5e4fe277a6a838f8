"""``python -m style_pipeline.worker.sheet --store URL --out FILE PICTURE...``: a style sheet.

Says on stdout how far it is, as one line of JSON each time. A style that cannot be painted is left
out, with a line that says why. Ends with 2 where a picture cannot be used, the reason in its last
line.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from style_pipeline import messages
from style_pipeline.errors import StylePipelineError, UnusablePicture
from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_whole
from style_pipeline.style import catalogue, gallery, sheet
from style_pipeline.style.catalogue import Offer
from style_pipeline.style.frames import CREDIT, FRAMES
from style_pipeline.style.picture import open_picture
from style_pipeline.style.sheet import Picture
from style_pipeline.worker.materials import Materials, open_stylizer
from style_pipeline.worker.pace import Pace

Say = Callable[[str], None]


def main(argv: Sequence[str]) -> int:
    """Paint, write the sheet, and return the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        unpainted = _unpainted(arguments.pictures)
        painted = _painted(open_whole(arguments.store, arguments.learnt), unpainted.pictures, _say)
        sheet.save(sheet.draw([unpainted, *painted]), arguments.out)
    except StylePipelineError as error:
        _say(f"error: {error}")
        return error.exit_code
    return 0


def _unpainted(paths: Sequence[Path]) -> sheet.Row:
    """The pictures themselves, at the size that they will be painted at."""
    credit = CREDIT if set(paths) <= set(FRAMES) else ()
    return sheet.Row("unpainted", credit, tuple(sheet.fit(open_picture(path)) for path in paths))


def _painted(store: MediaStore, frames: Sequence[Picture], say: Say) -> Iterator[sheet.Row]:
    """Every style, in the catalogue's order."""
    offers = catalogue.offers(store)
    pace = Pace(len(offers) * len(frames), 0, time.monotonic())
    for number, offer in enumerate(offers.values(), 1):
        try:
            yield _row(store, offer, frames)
        except StylePipelineError as error:
            say(f"left out: {offer.name}: {error}")
        progress = pace.at(time.monotonic(), number * len(frames))
        say(json.dumps(messages.wrap(progress)))


def _row(store: MediaStore, offer: Offer, frames: Sequence[Picture]) -> sheet.Row:
    from style_pipeline.style.stylizer import Workbench, device_for

    look = Look.parse(offer.name)
    with TemporaryDirectory(prefix="style_pipeline-") as folder:
        materials = Materials(store, Path(folder))
        paint = open_stylizer(
            look,
            catalogue.choose(look, store),
            materials,
            materials.numbers,
            Workbench(threads=len(os.sched_getaffinity(0)), device=device_for(0)),
        )
        painting = _painting(materials, offer.name)
    painted = tuple(sheet.from_pixels(paint(np.asarray(frame))) for frame in frames)
    return sheet.Row(offer.name, _lines(offer), painted, painting)


def _lines(offer: Offer) -> tuple[str, ...]:
    work = offer.painting
    title = "" if work.title == offer.name else work.title
    return tuple(filter(None, (title, work.artist, work.year, offer.origin)))


def _painting(materials: Materials, name: str) -> Picture | None:
    """The painting itself, where the store has one that can be opened."""
    key = gallery.painting_of(materials.store, name)
    if key is None:
        return None
    copy = materials.folder / f"shown{Path(key).suffix}"
    materials.store.download(key, copy)
    with suppress(UnusablePicture):
        return open_picture(copy)
    return None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m style_pipeline.worker.sheet",
        description="Paint the same pictures in every style, and lay them out on one sheet.",
    )
    parser.add_argument("--store", required=True, metavar="URL", help="such as file:///srv/media")
    parser.add_argument("--learnt", metavar="URL", help="where learnt styles lie, if not there")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="a jpg or png")
    parser.add_argument("pictures", nargs="+", type=Path, metavar="PICTURE")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
