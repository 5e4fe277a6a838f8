"""``python -m style_pipeline_bench WHAT``: see ``docs/performance.md``."""

import argparse
import sys
from pathlib import Path

from style_pipeline_bench import bit_rate, compare, film, frame, memory, scheduling
from style_pipeline_bench.prices import cost

DOCS = Path("docs")
FOLDER = Path(".cache/bench")
FILM = Path(".cache/demo/bigbuckbunny.mp4")
SIZE = (640, 360)
WHAT = ("compare", "memory", "film", "scheduling", "bit-rate", "frame", "cost")


def main(what: str, frames: int) -> None:
    """Measure, and write what was found into the documents."""
    if what == "compare":
        compare.publish(compare.compare(FILM, FOLDER / what, frames, SIZE), DOCS)
    elif what == "memory":
        memory.publish(memory.measure_all(FILM, FOLDER / what), DOCS)
    elif what == "film":
        film.publish(film.measure_all(FOLDER / what), DOCS)
    elif what == "scheduling":
        scheduling.publish(scheduling.measure_all(), DOCS)
    elif what == "bit-rate":
        bit_rate.publish(bit_rate.measure_all(FILM, FOLDER / what), DOCS)
    elif what == "frame":
        frame.publish(frame.measure_all(FILM, FOLDER / what), DOCS)
    elif what == "cost":
        cost.publish(DOCS)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m style_pipeline_bench")
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--frames", type=int, default=1000, help="of the compared clip")
    arguments = parser.parse_args(sys.argv[1:])
    main(arguments.what, arguments.frames)
