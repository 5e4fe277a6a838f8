"""Speed and remaining time."""

from style_pipeline.worker.pace import Pace


def test_nothing_is_promised_before_the_first_frame() -> None:
    progress = Pace(100, 20, started=0.0).at(5.0, 0)
    assert (progress.frames_done, progress.frames_total) == (20, 100)
    assert (progress.frames_per_second, progress.eta_seconds) == (0.0, None)


def test_loading_does_not_count_and_reused_frames_are_done_but_not_fast() -> None:
    pace = Pace(100, 20, started=0.0)
    pace.at(10.0, 0)
    progress = pace.at(12.0, 8)
    assert progress.frames_done == 28
    assert progress.frames_per_second == 4.0
    assert progress.eta_seconds == 18.0


def test_the_speed_is_that_of_the_last_half_minute() -> None:
    pace = Pace(10_000, 0, started=0.0)
    for second in range(1, 101):
        slow = pace.at(float(second), second)
    assert slow.frames_per_second == 1.0
    for second in range(101, 141):
        fast = pace.at(float(second), 100 + 10 * (second - 100))
    assert fast.frames_per_second == 10.0


def test_frames_that_take_longer_than_the_window_still_have_a_speed() -> None:
    pace = Pace(10, 0, started=0.0)
    pace.at(50.0, 1)
    assert pace.at(100.0, 2).frames_per_second == 0.02


def test_a_job_that_is_over_at_the_first_look_has_a_speed_too() -> None:
    progress = Pace(10, 0, started=1.0).at(2.0, 10)
    assert (progress.frames_per_second, progress.eta_seconds) == (10.0, 0.0)
