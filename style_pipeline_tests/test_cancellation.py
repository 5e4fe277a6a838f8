"""Work beside ends with the block that it is for, and what it has started ends with it."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from style_pipeline import cancellation, process
from style_pipeline.capture import Capture
from style_pipeline.errors import Cancelled
from style_pipeline.media import sandbox
from style_pipeline.media.probe import probe
from style_pipeline_tests.test_process import ended

FAKE = """#!/bin/sh
echo > "$FOLDER/$$.started"
sleep 30
echo > "$FOLDER/$$.finished"
"""
"""A program that nobody waits for; ``FOLDER`` is put in where it is written down."""


def program(folder: Path, name: str) -> Path:
    """FAKE as the program ``folder/name``."""
    path = folder / name
    path.write_text(FAKE.replace("$FOLDER", str(folder)))
    path.chmod(0o755)
    return path


def soon(condition: Callable[[], bool]) -> None:
    """Returns once ``condition`` holds; pytest's own limit ends what would wait for ever."""
    while not condition():
        time.sleep(0.02)


def started(folder: Path) -> list[int]:
    return [int(mark.stem) for mark in folder.glob("*.started")]


def waited_for(folder: Path, programs: int) -> bool:
    """Whether so many are at work, and both outputs of each are being read."""
    readers = [thread for thread in threading.enumerate() if isinstance(thread, Capture)]
    return len(started(folder)) == programs and len(readers) == 2 * programs


def test_a_program_in_another_thread_is_ended_with_the_block(tmp_path: Path) -> None:
    argv = [str(program(tmp_path, "slow"))]
    with suppress(KeyboardInterrupt), cancellation.threads(2) as beside:
        running = [beside.submit(process.run, argv) for _ in range(3)]
        soon(lambda: waited_for(tmp_path, 2))
        raise KeyboardInterrupt
    assert all(ended(pid) for pid in started(tmp_path))
    assert list(tmp_path.glob("*.finished")) == []
    assert [work.cancelled() for work in running] == [False, False, True]
    assert {type(work.exception()) for work in running[:2]} == {Cancelled}


def test_ctrl_c_while_a_file_is_looked_into_ends_both_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look is in the thread that is interrupted, the other in one that cannot be."""
    program(tmp_path, "ffprobe")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(sandbox, "fault", lambda _program: "a room would hide the folder")
    video = tmp_path / "film.mp4"
    video.write_bytes(b"whatever")

    def press() -> None:
        soon(lambda: waited_for(tmp_path, 2))
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        probe(video)
    assert all(ended(pid) for pid in started(tmp_path))
    assert list(tmp_path.glob("*.finished")) == []


def test_work_that_asks_ends_in_blocks_inside_the_block_too() -> None:
    """It would go on for ever."""
    begun = threading.Event()

    def endless() -> None:
        for _ in count():
            cancellation.check()
            begun.set()

    def nested() -> None:
        with cancellation.threads(1) as inner:
            inner.submit(endless).result()

    with suppress(ZeroDivisionError), cancellation.threads(1) as beside:
        work = beside.submit(nested)
        begun.wait()
        raise ZeroDivisionError
    assert isinstance(work.exception(), Cancelled)


def test_no_program_begins_once_the_block_is_left() -> None:
    """Short ones, one after the other for ever: there is none to be ended when the last begins."""
    begun = threading.Event()

    def again_and_again() -> None:
        while True:
            process.run(["true"])
            begun.set()

    with suppress(KeyboardInterrupt), cancellation.threads(1) as beside:
        work = beside.submit(again_and_again)
        begun.wait()
        with suppress(ZeroDivisionError), cancellation.threads(1):
            raise ZeroDivisionError
        assert not work.done(), "that was another block"
        raise KeyboardInterrupt
    assert isinstance(work.exception(), Cancelled)


def test_without_an_error_the_block_waits_for_its_work() -> None:
    with cancellation.threads(2) as beside:
        made = beside.map(lambda number: number * number, range(5))
    assert list(made) == [0, 1, 4, 9, 16]
    cancellation.check()
