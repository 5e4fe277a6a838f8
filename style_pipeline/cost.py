"""What it will cost to paint a video: its pixels, at the pace of this installation."""

from dataclasses import dataclass

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class Pace:
    """Pixels painted in a second, all ranks together; ``measured``, or only declared.

    ``node_hours`` and ``cost`` are what a second of painting took of a cluster, the time in which
    its nodes start among it; None where no job has told.
    """

    pixels_per_second: float
    measured: bool = False
    node_hours: float | None = None
    cost: float | None = None


@dataclass(frozen=True)
class Estimate:
    """``frames`` of ``width`` x ``height`` pixels, painted at ``scale`` per cent of that size."""

    frames: int
    width: int
    height: int
    scale: int
    pace: Pace

    @property
    def seconds(self) -> float:
        """Time to paint."""
        pixels = self.frames * self.width * self.height * (self.scale / 100) ** 2
        return pixels / self.pace.pixels_per_second

    @property
    def node_hours(self) -> float | None:
        """What that takes of a cluster; None where it is not known."""
        return None if self.pace.node_hours is None else self.pace.node_hours * self.seconds

    @property
    def cost(self) -> float | None:
        """What that costs, by the operator's table of prices; None where it is not known."""
        return None if self.pace.cost is None else self.pace.cost * self.seconds

    @property
    def numbers(self) -> dict[str, float]:
        """All that is known of it, by name."""
        found = {"seconds": self.seconds, "node_hours": self.node_hours, "cost": self.cost}
        return {name: value for name, value in found.items() if value is not None}

    def __str__(self) -> str:
        told = "measured" if self.pace.measured else "assumed"
        words = [
            f"{self.frames:,} frames of {self.width}x{self.height}, about {_time(self.seconds)} of "
            f"painting at {self.pace.pixels_per_second / 1e6:.2f} megapixels per second ({told})"
        ]
        if self.node_hours is not None:
            words.append(f"{self.node_hours:.2f} node-hours")
        if self.cost is not None:
            words.append(f"{self.cost:.2f} by the table of prices")
        return ", ".join(words)


def _time(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"
