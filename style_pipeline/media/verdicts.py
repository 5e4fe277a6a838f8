"""One promise and what became of it, in words and numbers."""

from dataclasses import dataclass
from fractions import Fraction

TOLERANCE = Fraction(1, 1000)
"""Seconds by which a time may differ."""


@dataclass(frozen=True)
class Verdict:
    """One promise: what the source has, what the result has, and whether that is kept.

    ``listed`` is what the container cannot hold as it is: kept as well as can be, and told.
    """

    property: str
    expected: str
    measured: str
    kept: bool
    listed: bool = False


def word(verdict: Verdict) -> str:
    """A verdict for a table."""
    if verdict.listed:
        return "listed"
    return "kept" if verdict.kept else "BROKEN"


def equal(name: str, expected: object, measured: object) -> Verdict:
    """Whether both are the same."""
    return Verdict(name, str(expected), str(measured), expected == measured)


def near(
    name: str, expected: Fraction, measured: Fraction, tolerance: Fraction = TOLERANCE
) -> Verdict:
    """Whether two times, in seconds, are as good as the same."""
    return Verdict(name, in_ms(expected), in_ms(measured), abs(expected - measured) <= tolerance)


def in_ms(seconds: Fraction) -> str:
    """As people read it."""
    return f"{float(seconds * 1000):.3f} ms"
