"""``python -m mpi4py -m style_pipeline.worker.learn --store URL --job KEY``: one style is learnt.

Ends with 0 when its checkpoint lies beside the lesson, and fails as the painting program does. It
runs on one rank, started through MPI all the same, so that every launcher starts it like the other
one.
"""

import os
import sys
import time
from collections.abc import Sequence

from style_pipeline.worker.arguments import parse
from style_pipeline.worker.last_words import accounted_for
from style_pipeline.worker.ranks import Ranks
from style_pipeline.worker.school import learn


def main(argv: Sequence[str]) -> None:
    """Learn the style that the job describes."""
    arguments = parse(argv, "style_pipeline.worker.learn", "Learn the style of one painting.")
    with accounted_for(Ranks(), arguments.store, arguments.job):
        learn(arguments.store, arguments.job, os.environ, time.monotonic)


if __name__ == "__main__":
    main(sys.argv[1:])
