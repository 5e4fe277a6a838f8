"""A small drawing of boxes and arrows, in layers from top to bottom, as SVG."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

_BOX, _GAP, _ROW, _MARGIN = (180, 54), 28, 112, 20
_STYLE = (
    "text{font:13px sans-serif;fill:#1c2733}.small{font-size:10.5px;fill:#5b6b7a}"
    "rect{fill:#eef3f8;stroke:#6a86a3}path{fill:none;stroke:#6a86a3}"
)


_TIP = (
    '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0 L8 4 L0 8 z" style="fill:#6a86a3"/></marker></defs>'
)


@dataclass(frozen=True)
class Box:
    """A name, and a word about it."""

    name: str
    about: str = ""


def svg(boxes: list[Box], arrows: Mapping[str, set[str]], title: str) -> str:
    """``arrows`` leads from each name to those that it points to; there must be no circle."""
    rows = layers([box.name for box in boxes], arrows)
    places = dict(_places(rows))
    width = max(x for x, _ in places.values()) + _BOX[0] + _MARGIN
    height = max(y for _, y in places.values()) + _BOX[1] + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style>",
        _TIP,
        *(_arrow(places[a], places[b]) for a in sorted(arrows) for b in sorted(arrows[a])),
        *(_box(box, *places[box.name]) for box in boxes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def layers(names: list[str], arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """Every name below all that point to it."""
    depth: dict[str, int] = {}

    def fall(name: str, at: int) -> None:
        if at > len(names):
            raise ValueError(f"{name} leads back to itself")
        depth[name] = max(depth.get(name, 0), at)
        for below in arrows.get(name, ()):
            fall(below, at + 1)

    for name in names:
        fall(name, 0)
    return [[n for n in names if depth[n] == at] for at in range(max(depth.values()) + 1)]


def _places(rows: list[list[str]]) -> Iterator[tuple[str, tuple[int, int]]]:
    widest = max(len(row) for row in rows)
    for number, row in enumerate(rows):
        indent = (widest - len(row)) * (_BOX[0] + _GAP) // 2
        for column, name in enumerate(row):
            x = _MARGIN + indent + column * (_BOX[0] + _GAP)
            yield name, (x, _MARGIN + number * _ROW)


def _box(box: Box, x: int, y: int) -> str:
    middle = x + _BOX[0] // 2
    return (
        f'<rect x="{x}" y="{y}" width="{_BOX[0]}" height="{_BOX[1]}" rx="6"/>'
        f'<text x="{middle}" y="{y + 23}" text-anchor="middle">{escape(box.name)}</text>'
        f'<text x="{middle}" y="{y + 41}" text-anchor="middle" class="small">'
        f"{escape(box.about)}</text>"
    )


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + _BOX[0] // 2, start[1] + _BOX[1]
    x2, y2 = end[0] + _BOX[0] // 2, end[1]
    bend = (y2 - y1) // 2
    curve = f"M{x1} {y1} C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"
    return f'<path d="{curve}" marker-end="url(#end)"/>'
