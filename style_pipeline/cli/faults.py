"""How a command ends badly: one line that names cause and remedy, and an exit code."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import click

from style_pipeline.errors import StylePipelineError

INTERRUPTED = 130
"""The exit code of a program that Ctrl+C ended, as shells have it."""


class Fault(click.ClickException):
    """One line on stderr and the exit code; click prints it as ``Error: ...``."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(" ".join(message.split()))
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it from the instance


class GuardedGroup(click.Group):
    """A group whose commands never end in a traceback, unless ``--debug`` asks for one."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command; whatever it raises becomes a :class:`Fault`."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if ctx.meta.get("debug"):
                raise
            raise fault(error) from error


def fault(error: BaseException) -> Fault:
    """What the user is told about ``error``."""
    if isinstance(error, StylePipelineError):
        return Fault(str(error), error.exit_code)
    if isinstance(error, KeyboardInterrupt):
        return Fault(
            "interrupted; finished shards are kept, and the same command goes on from there",
            INTERRUPTED,
        )
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return Fault(f"{error.strerror or error}{where}; make room or correct its permissions", 1)
    for cause in _causes(error):
        if isinstance(cause, sqlite3.Error):
            return Fault(f"Dagster's records cannot be kept: {cause}; make room in its home", 1)
    return Fault(
        f"unexpected {type(error).__name__}: {error}; run it again with --debug and report this", 1
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what it was raised from, in turn."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def remember_debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Keep ``--debug`` where :class:`GuardedGroup` finds it, on whichever side it was typed."""
    ctx.meta["debug"] = ctx.meta.get("debug", False) or value


debug_option = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    callback=remember_debug,
    help="Show a traceback where something fails.",
)
