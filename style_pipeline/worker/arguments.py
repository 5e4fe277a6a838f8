"""What both programs of the worker are told on their command line."""

import argparse
from collections.abc import Sequence


def arguments_for(store_url: str, learnt_url: str | None, job_key: str) -> list[str]:
    """What :func:`parse` reads."""
    learnt = [] if learnt_url is None else ["--learnt", learnt_url]
    return ["--store", store_url, *learnt, "--job", job_key]


def parse(argv: Sequence[str], module: str, description: str) -> argparse.Namespace:
    """``store``, ``job``, and ``learnt`` or None; exits with 2 where one of the two is missing."""
    parser = argparse.ArgumentParser(prog=f"python -m mpi4py -m {module}", description=description)
    parser.add_argument("--store", required=True, metavar="URL", help="such as file:///srv/media")
    parser.add_argument("--learnt", metavar="URL", help="where learnt styles lie, if not there")
    parser.add_argument("--job", required=True, metavar="KEY", help="of the job description")
    return parser.parse_args(argv)
