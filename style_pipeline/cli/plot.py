"""A plot of numbers over time, as SVG that any browser shows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 760, 340, 64, 20, 40, 62
_COLOURS = ("#1f6fb2", "#c8502d", "#3b8f5a", "#8a5bb0", "#b0892a", "#4d5d6c")
_STYLE = "text{font:12px sans-serif;fill:#1c2733}line{stroke:#d5dde5}circle{fill-opacity:.8}"
_LINES = 5


@dataclass(frozen=True)
class Point:
    """``value`` at a time, one of ``series``; ``name`` is shown where it is pointed at."""

    when: datetime
    value: float
    series: str
    name: str


def svg(points: Sequence[Point], title: str) -> str:
    """Every point, with an axis that begins at zero; each series in a colour."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        f'<text x="{_LEFT}" y="22">{escape(title)}</text>',
        *(_drawn(points) if points else ()),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def top(most: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that is not below ``most``."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= most)


def _drawn(points: Sequence[Point]) -> Iterator[str]:
    highest = top(max(point.value for point in points))
    first, last = min(point.when for point in points), max(point.when for point in points)
    seconds = (last - first).total_seconds() or 1.0
    colours = _colours(points)
    yield from _levels(highest)
    for at, when in ((0.0, first), (1.0, last)):
        yield _text(_x(at), _HEIGHT - 40, f"{when:%Y-%m-%d %H:%M}", "end" if at else "start")
    for point in points:
        x, y = _x((point.when - first).total_seconds() / seconds), _y(point.value / highest)
        told = escape(f"{point.series} {point.name}: {point.value:.3g}, {point.when:%Y-%m-%d}")
        yield _dot(x, y, colours[point.series], f"<title>{told}</title>")
    yield from _legend(colours)


def _levels(highest: float) -> Iterator[str]:
    for step in range(_LINES + 1):
        y = _y(step / _LINES)
        yield f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(_LEFT - 8, y + 4, f"{highest * step / _LINES:.3g}", "end")


def _legend(colours: dict[str, str]) -> Iterator[str]:
    x = float(_LEFT)
    for series, colour in colours.items():
        yield _dot(x + 4, _HEIGHT - 16, colour)
        yield _text(x + 14, _HEIGHT - 12, escape(series), "start")
        x += 30 + 7.0 * len(series)


def _colours(points: Sequence[Point]) -> dict[str, str]:
    names = sorted({point.series for point in points})
    return {name: _COLOURS[number % len(_COLOURS)] for number, name in enumerate(names)}


def _dot(x: float, y: float, colour: str, told: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}">{told}</circle>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
