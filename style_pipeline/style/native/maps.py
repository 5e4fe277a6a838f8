"""Where rows and columns come from: edges that are mirrored or repeated, and enlargement.

Pure functions of sizes; what they say about rows holds for columns alike.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import torch
from torch import Tensor

from style_pipeline.style.network import padded_size


@dataclass(frozen=True, eq=False)
class Map:
    """Where the rows, or the columns, of a result come from.

    From ``first`` of the source, or from between it and ``second`` by ``share`` (all [length]).
    ``own`` numbers them within the ``size`` of the result without its mirrored edges.
    """

    first: Tensor
    own: Tensor
    size: int
    second: Tensor | None = None
    share: Tensor | None = None

    def band(self, start: int, stop: int, source: int = 0) -> "Map":
        """Some of the rows, from a source that begins with its row number ``source``."""
        part = slice(start, stop)
        second = None if self.second is None else self.second[part] - source
        share = None if self.share is None else self.share[part]
        return Map(self.first[part] - source, self.own[part], self.size, second, share)


def mirrored(size: int, edge: int) -> Map:
    """``size`` rows with ``edge`` mirrored ones before and after them."""
    own = _mirror(size, edge)
    return Map(own, own, size)


def repeated_and_mirrored(size: int, padded: int, edge: int) -> Map:
    """``size`` rows, the last one repeated up to ``padded``, and then ``edge`` mirrored ones."""
    own = _mirror(padded, edge)
    return Map(own.clamp(max=size - 1), own, padded)


def enlarged(small: int, size: int, edge: int) -> Map:
    """``small`` rows enlarged to ``size``, bilinearly with pixel centres in place; mirrored edges.

    As ``interpolate(mode="bilinear", align_corners=False)`` has it.
    """
    own = _mirror(size, edge)
    at = ((own.double() + 0.5) * (small / size) - 0.5).clamp(min=0)
    first = at.floor().clamp(max=small - 1)
    second = (first + 1).clamp(max=small - 1)
    return Map(first.int(), own, size, second.int(), (at - first).float())


def bands(size: int, number: int) -> list[tuple[int, int]]:
    """``size`` rows in ``number`` bands of nearly equal height, none of them empty."""
    number = max(1, min(number, size))
    edges = [size * i // number for i in range(number + 1)]
    return list(pairwise(edges))


def _mirror(size: int, edge: int) -> Tensor:
    rows = torch.arange(-edge, size + edge).abs()
    return torch.where(rows < size, rows, 2 * (size - 1) - rows).int()


@dataclass(frozen=True)
class Grid:
    """The rows and the columns of one picture."""

    rows: Map
    columns: Map

    @classmethod
    def mirrored(cls, height: int, width: int) -> Self:
        """With an edge of one pixel."""
        return cls(mirrored(height, 1), mirrored(width, 1))

    @classmethod
    def enlarged(cls, small: "Grid", large: "Grid") -> Self:
        """From the size of one to that of the other, with an edge of one pixel."""
        return cls(
            enlarged(small.rows.size, large.rows.size, 1),
            enlarged(small.columns.size, large.columns.size, 1),
        )

    def band(self, start: int, stop: int, source: int = 0) -> "Grid":
        """Some rows, counted with the edges; see :meth:`Map.band`."""
        return Grid(self.rows.band(start, stop, source), self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width without the edges."""
        return self.rows.size, self.columns.size

    @property
    def with_edges(self) -> tuple[int, int]:
        """Height and width of what these rows and columns make."""
        return len(self.rows.first), len(self.columns.first)


class Geometry:
    """All the grids of frames of one size, painted ``margin`` columns wider."""

    def __init__(self, height: int, width: int, margin: int = 0) -> None:
        tall, wide = padded_size(height), padded_size(width + margin)
        self.frame = Grid(
            repeated_and_mirrored(height, tall, 2), repeated_and_mirrored(width, wide, 2)
        )
        self.half = Grid.mirrored(tall // 2, wide // 2)
        self.quarter = Grid.mirrored(tall // 4, wide // 4)
        self.eighth = Grid.mirrored(-(-tall // 8), -(-wide // 8))
        self.risen = Grid.enlarged(self.eighth, self.quarter)
        self.doubled = Grid.enlarged(self.quarter, self.half)
