"""The search for a quality, on sizes that a formula gives instead of an encoder."""

from collections.abc import Callable
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from style_pipeline.job import RATE_TOLERANCE
from style_pipeline.worker.codecs import CODECS
from style_pipeline.worker.missed import Missed, notes
from style_pipeline.worker.rate import MOST_TRIES, Scale, Search, Try

PIXELS = 24 * 640 * 360
FINE = Scale(finest=1, coarsest=51, step=0.125, one_bit=20, fall=0.15)
WHOLE = Scale(finest=1, coarsest=63, step=1, one_bit=20, fall=0.07)
SCALES = [codec.scale for codec in CODECS.values() if codec.scale]

Sizes = Callable[[float], int]


def tries(search: Search, size: Sizes) -> list[Try]:
    """All tries of a search, in its order."""
    quality: float | None = search.first()
    made: list[Try] = []
    while quality is not None:
        made.append(Try(quality, size(quality)))
        quality = search.following(made)
    return made


def falling(size: float, fall: float, bend: float = 0) -> Sizes:
    """``size`` bytes at quality 20; falling faster, or slower, the further it goes."""
    return lambda quality: max(1, round(size * exp(-fall * (quality - 20) * (1 + bend * quality))))


@pytest.mark.parametrize("scale", [FINE, *SCALES])
@given(
    bits=st.floats(0.02, 3), size=st.floats(1e4, 3e6), fall=st.floats(0.05, 0.3),
    bend=st.floats(0, 0.02),
)  # fmt: skip
def test_what_can_be_reached_is_reached(
    scale: Scale, bits: float, size: float, fall: float, bend: float
) -> None:
    """Or the quality next to the one that was taken lies on the other side of the budget."""
    search, of = Search(scale, bits * PIXELS / 8, PIXELS), falling(size, fall, bend)
    made = tries(search, of)
    best = search.best(made)
    assert len(made) <= MOST_TRIES
    assert len({one.quality for one in made}) == len(made)
    if abs(search.excess(best)) > RATE_TOLERANCE:
        toward = scale.step if best.size > search.budget else -scale.step
        beside = scale.nearest(best.quality + toward)
        assert beside == best.quality or (of(beside) > search.budget) != (best.size > search.budget)


def test_a_good_guess_is_the_only_try() -> None:
    search = Search(FINE, PIXELS / 8, PIXELS)
    assert tries(search, lambda _: PIXELS // 8) == [Try(20, PIXELS // 8)]


def test_black_pictures_get_the_finest_quality_and_noise_the_coarsest() -> None:
    search = Search(FINE, 100_000, PIXELS)
    assert search.best(tries(search, lambda q: round(9000 - 10 * q))).quality == FINE.finest
    assert search.best(tries(search, lambda q: round(900_000 - 10 * q))).quality == FINE.coarsest


def test_between_two_qualities_the_one_that_fits_is_taken() -> None:
    search = Search(WHOLE, 1000, PIXELS)
    cliff = lambda quality: (1300 if quality < 30 else 600) - int(quality)  # noqa: E731
    assert search.best(tries(search, cliff)) == Try(30, 570)


def test_within_the_tolerance_the_nearest_is_taken_even_above() -> None:
    search = Search(WHOLE, 1000, PIXELS)
    assert search.best([Try(1, 1080), Try(2, 905), Try(3, 940)]) == Try(3, 940)
    assert search.best([Try(1, 1080), Try(2, 850)]) == Try(1, 1080)


def test_sizes_that_do_not_only_fall_do_not_lead_astray() -> None:
    search = Search(WHOLE, 1000, PIXELS)
    jagged = lambda quality: 3000 - 40 * int(quality) + (500 if quality % 2 else 0)  # noqa: E731
    made = tries(search, jagged)
    assert abs(search.excess(search.best(made))) <= RATE_TOLERANCE


def test_what_was_missed_is_said_in_a_sentence_for_each_side() -> None:
    assert notes([]) == ()
    less, more = notes([Missed(7, 0.5), Missed(3, 0.02), Missed(9, 1.5)])
    assert less.startswith("2 shards take less")
    assert less.endswith("number 3, 0.02 times as much")
    assert more.startswith("1 shard takes more")
    assert more.endswith("number 9, 1.5 times as much")
