"""A trace: nested spans of time, and what is known of each."""

from dataclasses import dataclass, field

Attributes = dict[str, str | int | float]


@dataclass(frozen=True)
class Span:
    """Something that took from ``start`` to ``end``, in Unix time.

    ``path`` names it within its trace, its parent's path first; the whole run's path is empty.
    """

    path: tuple[str, ...]
    start: float
    end: float
    well: bool = True
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class Trace:
    """``name`` tells one run from all others; a parent comes before its children."""

    name: str
    spans: tuple[Span, ...]

    @property
    def root(self) -> Span:
        """The whole run."""
        return self.spans[0]
