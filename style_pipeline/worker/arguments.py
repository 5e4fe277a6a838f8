"""What both programs of the worker are told on their command line."""

import argparse
from collections.abc import Sequence


def parse(argv: Sequence[str], module: str, description: str) -> argparse.Namespace:
    """``store`` and ``job``; exits with 2 where they are missing."""
    parser = argparse.ArgumentParser(prog=f"python -m mpi4py -m {module}", description=description)
    parser.add_argument("--store", required=True, metavar="URL", help="such as file:///srv/media")
    parser.add_argument("--job", required=True, metavar="KEY", help="of the job description")
    return parser.parse_args(argv)
