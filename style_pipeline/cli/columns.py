"""Rows for people and for programs: aligned on a terminal, separated by tabs in a pipe."""

import sys
from collections.abc import Iterator, Sequence


def lines_of(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """``rows`` of equal length, a line each, by what stdout is."""
    if not sys.stdout.isatty():
        yield from ("\t".join(row) for row in rows)
        return
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()
