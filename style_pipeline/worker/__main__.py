"""``python -m mpi4py -m style_pipeline.worker --store URL --job KEY``, under mpiexec or alone.

Ends with 0 when every shard lies in the store. When a rank fails, its traceback and one last line
that names the cause go to stderr and to the store, and all ranks end at once: with 2 where the user
can mend it, else with 1.
"""

import os
import sys
import time
from collections.abc import Sequence

from style_pipeline.stores import open_whole
from style_pipeline.worker.arguments import parse
from style_pipeline.worker.last_words import accounted_for
from style_pipeline.worker.program import run
from style_pipeline.worker.ranks import Ranks


def main(argv: Sequence[str]) -> None:
    """Run this rank; aborts the whole MPI job where it fails."""
    arguments = parse(
        argv, "style_pipeline.worker", "Paint the unfinished shards of a job, with all MPI ranks."
    )
    ranks = Ranks()
    with accounted_for(ranks, arguments.store, arguments.job):
        store = open_whole(arguments.store, arguments.learnt)
        run(ranks, store, arguments.job, os.environ, time.monotonic, time.time)


if __name__ == "__main__":
    main(sys.argv[1:])
