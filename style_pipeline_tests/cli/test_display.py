"""What is written while a video is painted, on a terminal and into a pipe."""

import io
import logging
import os
import pty
from collections.abc import Iterator
from contextlib import suppress

import pytest

from style_pipeline.cli.display import PlainDisplay, display
from style_pipeline.cli.run import PROGRESS_LOGGER, progress_on
from style_pipeline.job import Progress


def ticking(*seconds: float) -> Iterator[float]:
    yield from seconds


def test_a_pipe_gets_few_lines() -> None:
    stream = io.StringIO()
    clock = ticking(0.0, 1.0, 1.0, 5.0, 12.0, 12.0)
    shown = PlainDisplay(stream, lambda: next(clock))
    shown.progressed(Progress(0, 9, 0.0, None))
    for done in (3, 6, 9):
        shown.progressed(Progress(done, 9, 1.5, 9.0 - done))
    shown.finished("styled_frames", 12.34)
    assert stream.getvalue().splitlines() == [
        "Painting: 3 of 9 frames, 1.5 per second, 6 s left",
        "Painting: 9 of 9 frames, 1.5 per second, 0 s left",
        "Painting: 12.3 s",
    ]


def everything(terminal: int) -> str:
    """All that was written to a terminal; one read gives a page of it at most."""
    content = b""
    with suppress(OSError):  # the end, where nobody holds the other side any more
        while chunk := os.read(terminal, 1 << 16):
            content += chunk
    return content.decode()


def test_a_terminal_gets_frames_speed_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, display(terminal) as shown:
        shown.started("frames")
        shown.finished("frames", 0.5)
        shown.progressed(Progress(5, 10, 2.5, 2.0))
    written = everything(ours)
    os.close(ours)
    assert "5 of 10 frames, 2.5 per second, 2 s left" in written
    assert "Cutting into frames" in written
    assert "0.5 s" in written


def test_launchers_reach_the_display_through_the_log() -> None:
    stream = io.StringIO()
    logger = logging.getLogger(PROGRESS_LOGGER)
    with progress_on(PlainDisplay(stream, lambda: 0.0)):
        logger.info("%s", Progress(1, 2, 1.0, 1.0))
        logger.info("something else")
    logger.info("%s", Progress(2, 2, 1.0, 0.0))
    assert stream.getvalue() == "Painting: 1 of 2 frames, 1.0 per second, 1 s left\n"
    assert logger.handlers == []
