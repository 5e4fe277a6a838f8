"""Every way to fail becomes one line and the right exit code."""

import sqlite3

import click
import pytest
from click.testing import CliRunner

from style_pipeline.cli.faults import GuardedGroup, debug_option
from style_pipeline.errors import MediaError, StoreFull, StyleJobTimeout, UnknownStyle


def command_that_raises(error: BaseException) -> click.Group:
    group = GuardedGroup("program")

    @group.command()
    @debug_option
    def fail() -> None:
        raise error

    return group


def from_the_database() -> Exception:
    error = RuntimeError("(sqlite3.OperationalError) and\nmany lines more")
    error.__cause__ = sqlite3.OperationalError("database or disk is full")
    return error


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UnknownStyle("there is no such style"), 2, "there is no such style"),
        (MediaError("ffmpeg failed:\n  odd"), 1, "ffmpeg failed: odd"),
        (StoreFull("no space left; free some"), 1, "no space left; free some"),
        (StyleJobTimeout("took too long"), 1, "took too long"),
        (PermissionError(13, "Permission denied", "/x"), 1, "Permission denied: /x; make room"),
        (from_the_database(), 1, "database or disk is full"),
        (KeyboardInterrupt(), 130, "interrupted; finished shards are kept"),
        (ZeroDivisionError("oh"), 1, "unexpected ZeroDivisionError: oh; run it again with --debug"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_one_line_and_an_exit_code(error: BaseException, code: int, line: str) -> None:
    result = CliRunner().invoke(command_that_raises(error), ["fail"])
    assert result.exit_code == code
    assert result.stderr.count("\n") == 1
    assert line in result.stderr


def test_debug_shows_where() -> None:
    result = CliRunner().invoke(command_that_raises(ZeroDivisionError("oh")), ["fail", "--debug"])
    assert isinstance(result.exception, ZeroDivisionError)
