"""Which quality gives a shard the size that a bit rate leaves it: the search, without an encoder.

A shard's size falls as its quality grows coarser, and the size's logarithm falls nearly in a line:
the secant through two tries seldom misses by much. No clock, no chance and no other shard has a say
in it, so that the same pictures come out the same on any rank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from style_pipeline.job import RATE_TOLERANCE

MOST_TRIES = 8

_CLOSE = RATE_TOLERANCE / 2
_EDGE = 0.1
_FLATTEST = 0.25


@dataclass(frozen=True)
class Scale:
    """A codec's constant qualities: a higher one is coarser, and its shards are smaller.

    ``step`` apart are qualities that the encoder tells from one another. At the quality ``one_bit``
    painted pictures take a bit for each pixel, and from there to the next quality they shrink by
    the factor exp(-``fall``); a search begins with these two, which were measured.
    """

    finest: float
    coarsest: float
    step: float
    one_bit: float
    fall: float

    def nearest(self, quality: float) -> float:
        """The quality on the scale that is nearest to this one."""
        return min(max(round(quality / self.step) * self.step, self.finest), self.coarsest)


@dataclass(frozen=True)
class Try:
    """A quality and the size that it gave, in bytes."""

    quality: float
    size: int


@dataclass(frozen=True)
class Search:
    """For a shard whose pictures, of ``pixels`` in all, may take ``budget`` bytes."""

    scale: Scale
    budget: float
    pixels: int

    def first(self) -> float:
        """Where to begin: what painted pictures would need."""
        bits = 8 * self.budget / self.pixels
        return self.scale.nearest(self.scale.one_bit - log(bits) / self.scale.fall)

    def following(self, tries: Sequence[Try]) -> float | None:
        """What to try next; None where one is near enough, or none that is left can be nearer."""
        if len(tries) >= MOST_TRIES or any(abs(self.excess(one)) <= _CLOSE for one in tries):
            return None
        ordered = sorted(tries, key=lambda one: one.quality)
        fits = next((i for i, one in enumerate(ordered) if one.size <= self.budget), len(ordered))
        if 0 < fits < len(ordered):
            return self._between(ordered[fits - 1], ordered[fits])
        return self._beyond(ordered[-2:] if fits else ordered[1::-1])

    def best(self, tries: Sequence[Try]) -> Try:
        """The nearest within the tolerance, else the largest that fits, else the smallest."""
        near = [one for one in tries if abs(self.excess(one)) <= RATE_TOLERANCE]
        if near:
            return min(near, key=lambda one: abs(self.excess(one)))
        fitting = [one for one in tries if one.size <= self.budget]
        return max(fitting or tries, key=lambda one: one.size if fitting else -one.size)

    def excess(self, one: Try) -> float:
        """The share of the budget that a try takes too much; negative where it takes less."""
        return one.size / self.budget - 1

    def _between(self, larger: Try, smaller: Try) -> float | None:
        """On the line through both, and not too near to either; None where nothing lies between."""
        width, step = smaller.quality - larger.quality, self.scale.step
        if width < 2 * step:
            return None
        share = log(larger.size / self.budget) / log(larger.size / smaller.size)
        found = self.scale.nearest(larger.quality + min(max(share, _EDGE), 1 - _EDGE) * width)
        return min(max(found, larger.quality + step), smaller.quality - step)

    def _beyond(self, outermost: Sequence[Try]) -> float | None:
        """Past the last of tries that are all too large or all too small; None past the scale."""
        last, step = outermost[-1], self.scale.step
        way = log(last.size / self.budget) / self._fall(outermost)
        if abs(way) < step:
            way = step if way > 0 else -step
        found = self.scale.nearest(last.quality + way)
        return None if found == last.quality else found

    def _fall(self, tries: Sequence[Try]) -> float:
        """By how much the logarithm falls there; what is usual, where that is not known."""
        usual = self.scale.fall
        if len(tries) < 2:
            return usual
        a, b = tries
        return max(log(a.size / b.size) / (b.quality - a.quality), _FLATTEST * usual)
