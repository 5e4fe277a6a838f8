"""``python -m infra.checks [FOLDER]``: every check that needs no Azure; 1 where one complains."""

import sys
from collections.abc import Iterator
from pathlib import Path

from infra.checks import events, policy, programs, roles, schema
from infra.checks.configuration import load


def faults(folder: Path) -> Iterator[str]:
    """One line for each fault of the Terraform files in ``folder``."""
    yield from programs.format_faults(folder)
    yield from programs.secret_faults(folder)
    try:
        found = load(folder)
    except ValueError as error:
        yield str(error)
        return
    yield from schema.faults(found)
    yield from policy.faults(found)
    yield from roles.faults(found)
    yield from events.faults(found)
    yield from programs.query_faults(found)
    yield from programs.checkov_faults(found)


def main(folder: Path) -> int:
    """Print the faults; the exit code."""
    found = list(faults(folder))
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        count = len(load(folder).resources)
        print(f"{folder}: {count} resources, nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]))
