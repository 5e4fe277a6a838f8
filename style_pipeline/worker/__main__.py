"""``python -m mpi4py -m style_pipeline.worker --store URL --job KEY``, under mpiexec or alone.

Ends with 0 when every shard lies in the store. When a rank fails, its traceback and one last line
that names the cause go to stderr and to the store, and all ranks end at once: with 2 where the user
can mend it, else with 1.
"""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Sequence

from style_pipeline.messages import failure_line
from style_pipeline.worker import last_words
from style_pipeline.worker.program import run
from style_pipeline.worker.ranks import Ranks


def main(argv: Sequence[str]) -> None:
    """Run this rank; aborts the whole MPI job where it fails."""
    arguments = _parser().parse_args(argv)
    ranks = Ranks()
    try:
        run(ranks, arguments.store, arguments.job, os.environ, time.monotonic)
    except BaseException as error:  # noqa: BLE001 - without an abort the other ranks would wait for ever
        account = f"{traceback.format_exc()}{failure_line(ranks.rank, error)}\n"
        sys.stderr.write(account)
        last_words.leave(arguments.store, arguments.job, ranks.rank, account)
        ranks.abort(getattr(error, "exit_code", 1))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m mpi4py -m style_pipeline.worker",
        description="Paint the unfinished shards of a job, together with the other MPI ranks.",
    )
    parser.add_argument("--store", required=True, metavar="URL", help="such as file:///srv/media")
    parser.add_argument("--job", required=True, metavar="KEY", help="of the job description")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
