"""What the score says of videos whose flicker is known."""

import threading
from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest

from style_pipeline import cancellation
from style_pipeline.errors import Cancelled, MediaError
from style_pipeline.quality.flicker import FlickerScore, Moment, flicker
from style_pipeline.quality.motion import Picture
from style_pipeline_tests.quality.pictures import (
    HEIGHT,
    WIDTH,
    levels,
    moments,
    moving,
    noise_difference,
    noisy,
    texture,
)

FRAMES = 6


@pytest.fixture(scope="module")
def source() -> list[Picture]:
    """A camera that moves over a texture."""
    return [levels(picture) for picture in moving(texture(), FRAMES)]


def flat(level: int) -> Picture:
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def score_of(source: list[Picture], painted: list[Picture]) -> float:
    score = flicker([moments(source, painted)])
    assert (score.pairs, score.cuts) == (len(source) - 1, 0)
    assert score.levels is not None
    return score.levels


def test_paint_that_moves_with_the_picture_does_not_flicker(source: list[Picture]) -> None:
    painted = [levels(picture) for picture in moving(texture(seed=7), FRAMES)]
    assert score_of(source, painted) < 0.1


def test_paint_that_stays_while_the_picture_moves_is_seen(source: list[Picture]) -> None:
    """The shower-door effect: nothing changes between the frames, and that is what is wrong."""
    still = levels(texture(seed=7)[:HEIGHT, :WIDTH])
    assert score_of(source, [still] * FRAMES) > 5


@pytest.mark.parametrize("deviation", [2.0, 5.0, 10.0])
def test_noise_of_its_own_on_each_frame_is_measured(
    source: list[Picture], deviation: float
) -> None:
    painted = noisy(moving(texture(), FRAMES), deviation)
    assert score_of(source, painted) == pytest.approx(noise_difference(deviation), rel=0.06)


def test_what_the_source_changes_itself_is_subtracted() -> None:
    source = noisy(moving(texture(), FRAMES), 4.0, seed=1)
    painted = noisy(moving(texture(seed=7), FRAMES), 4.0, seed=2)
    score = flicker([moments(source, painted)])
    assert score.source == pytest.approx(noise_difference(4.0), rel=0.05)
    assert score.painted == pytest.approx(noise_difference(4.0), rel=0.05)
    assert score.levels == pytest.approx(max(0.0, score.painted - score.source))
    assert score.levels < 0.1


def test_paint_that_is_calmer_than_its_source_does_not_flicker() -> None:
    source = noisy(moving(texture(), FRAMES), 4.0)
    assert score_of(source, [flat(128)] * FRAMES) == 0


def test_light_that_goes_up_and_down_over_a_still_picture_is_measured_exactly() -> None:
    still = levels(texture()[:HEIGHT, :WIDTH])
    alternating = [flat(100 + 7 * (number % 2)) for number in range(FRAMES)]
    assert score_of([still] * FRAMES, alternating) == pytest.approx(7.0, abs=1e-3)


def test_a_cut_is_left_out_and_counted(source: list[Picture]) -> None:
    other = [levels(picture) for picture in moving(texture(seed=9), FRAMES)]
    cut = source + other
    score = flicker([moments(cut, cut)])
    assert (score.pairs, score.cuts) == (2 * FRAMES - 2, 1)
    assert score.levels == 0


def test_a_flash_is_left_out_and_counted() -> None:
    flash = [flat(20), flat(20), flat(235), flat(20)]
    score = flicker([moments(flash, flash)])
    assert (score.pairs, score.cuts, score.levels) == (1, 2, 0)


def test_only_cuts_give_no_number() -> None:
    score = flicker([moments([flat(20), flat(235)], [flat(0), flat(255)])])
    assert (score, score.levels) == (FlickerScore(pairs=0, cuts=1), None)


@pytest.mark.parametrize("frames", [0, 1])
def test_less_than_two_frames_give_no_number(source: list[Picture], frames: int) -> None:
    score = flicker([moments(source[:frames], source[:frames])])
    assert (score, score.levels) == (FlickerScore(), None)


def test_two_frames_are_one_pair(source: list[Picture]) -> None:
    assert flicker([moments(source[:2], source[:2])]).pairs == 1


def test_runs_do_not_touch_each_other(source: list[Picture]) -> None:
    whole = moments(source, source)
    assert flicker([whole[:3], whole[3:]]).pairs == FRAMES - 2


def test_the_same_videos_have_the_same_score(source: list[Picture]) -> None:
    painted = noisy(moving(texture(), FRAMES), 5.0)
    scores = {flicker([moments(source, painted)]) for _ in range(3)}
    assert len(scores) == 1


def test_large_pictures_are_measured_small() -> None:
    """Noise on single pixels is averaged away: four by four give one, a quarter of the noise."""
    still = levels(np.tile(texture()[:HEIGHT, :WIDTH], (16, 16, 1)))
    painted = noisy([still.astype(np.float64)] * 2, 8.0)
    assert still.shape == (1920, 2560, 3)
    expected = noise_difference(8.0) / 4
    assert score_of([still, still], painted) == pytest.approx(expected, rel=0.05)


def test_a_painting_of_another_size_is_brought_to_the_size_of_its_source() -> None:
    still = levels(texture()[:HEIGHT, :WIDTH])
    small = [np.full((HEIGHT // 2, WIDTH // 2, 3), level, np.uint8) for level in (90, 110)]
    assert score_of([still, still], small) == pytest.approx(20.0, abs=1e-3)


def test_pictures_too_small_for_a_motion_are_refused() -> None:
    tiny = Moment(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(MediaError, match="8x8"):
        flicker([[tiny, tiny]])


def test_threads_change_nothing(source: list[Picture]) -> None:
    runs = [moments(source[first:], source[first:][::-1]) for first in range(3)]
    assert flicker(runs, threads=3) == flicker(runs)


def test_a_score_that_nobody_waits_for_is_given_up(source: list[Picture]) -> None:
    """Of two endless films, each in a thread of its own."""
    begun = threading.Barrier(3)

    def endless() -> Iterator[Moment]:
        begun.wait()
        while True:
            yield from moments(source, source)

    with suppress(KeyboardInterrupt), cancellation.threads(1) as beside:
        score = beside.submit(flicker, [endless(), endless()], threads=2)
        begun.wait()
        raise KeyboardInterrupt
    assert isinstance(score.exception(), Cancelled)
