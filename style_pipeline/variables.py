"""Reads checked values out of an environment; an empty variable counts as unset."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from style_pipeline.errors import ConfigurationError

Number = TypeVar("Number", int, float)
Default = TypeVar("Default")


@dataclass(frozen=True)
class Reader:
    """Values of the variables that start with ``prefix``; each method adds the rest of the name.

    Raises ConfigurationError, naming the variable and what it may hold.
    """

    environ: Mapping[str, str]
    prefix: str

    def text(self, name: str, default: Default) -> str | Default:
        """What the variable says, without blanks around it."""
        return self.environ.get(self.prefix + name, "").strip() or default

    def required(self, name: str, what: str) -> str:
        """What the variable must say; ``what`` tells the user what to set it to."""
        text = self.text(name, None)
        if text is None:
            raise ConfigurationError(f"{self.prefix}{name} is not set; set it to {what}")
        return text

    def number(
        self, name: str, kind: Callable[[str], Number], low: int, high: int, default: Default
    ) -> Number | Default:
        """A number from ``low`` to ``high``."""
        text = self.text(name, None)
        if text is None:
            return default
        try:
            value = kind(text)
            if low <= value <= high:
                return value
        except ValueError:
            pass
        raise ConfigurationError(
            f"{self.prefix}{name}={text!r} must be a number from {low} to {high}"
        )

    def path(self, name: str, base: Path) -> Path | None:
        """A file or folder; relative ones start at ``base``."""
        text = self.text(name, None)
        return base / text if text else None

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of ``allowed``, the first of which is the default."""
        text = self.text(name, allowed[0])
        if text not in allowed:
            raise ConfigurationError(
                f"{self.prefix}{name}={text!r} must be one of: {', '.join(allowed)}"
            )
        return text
