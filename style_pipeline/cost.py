"""What it will cost to paint a video: its pixels, at the pace of this installation."""

from dataclasses import dataclass

_MINUTE, _HOUR = 60, 3600


@dataclass(frozen=True)
class Pace:
    """Pixels painted in a second, all ranks together; ``measured``, or only declared."""

    pixels_per_second: float
    measured: bool = False


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

    def __str__(self) -> str:
        told = "measured" if self.pace.measured else "assumed"
        return (
            f"{self.frames:,} frames of {self.width}x{self.height}, about {_time(self.seconds)} of "
            f"painting at {self.pace.pixels_per_second / 1e6:.2f} megapixels per second ({told})"
        )


def _time(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"
