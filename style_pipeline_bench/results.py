"""What was measured, as JSON, as tables and as a plot."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- {}: written by 'make bench' -->", "<!-- end of {} -->"


@dataclass(frozen=True)
class Table:
    """A title's rows, the first of which are the headings."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.headings, ["---"] * len(self.headings), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@dataclass(frozen=True)
class Bars:
    """A plot of horizontal bars, each with its value; all of one unit."""

    title: str
    unit: str
    values: dict[str, float] = field(default_factory=dict)

    def svg(self) -> str:
        """The plot as an SVG file, readable on light and dark pages."""
        row, left, width = 28, 250, 720
        scale = (width - left - 110) / max(self.values.values())
        height = row * len(self.values) + 50
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="sans-serif" font-size="14">',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="12" y="26" font-size="16">{self.title}</text>',
        ]
        for number, (name, value) in enumerate(self.values.items()):
            y, length = 44 + number * row, max(1.0, value * scale)
            parts += [
                f'<text x="{left - 8}" y="{y + 15}" text-anchor="end">{name}</text>',
                f'<rect x="{left}" y="{y}" width="{length:.1f}" height="20" fill="#4477aa"/>',
                f'<text x="{left + length + 6:.1f}" y="{y + 15}">{value:.3g} {self.unit}</text>',
            ]
        return "\n".join([*parts, "</svg>", ""])


def put(document: Path, section: str, content: Iterable[object]) -> None:
    """Replace what stands between the marks of ``section``; without them it goes to the end.

    Raises ValueError where only one of the marks is there.
    """
    text = document.read_text("utf-8")
    begin, end = BEGIN.format(section), END.format(section)
    if begin not in text and end not in text:
        text = f"{text}\n{begin}\n{end}\n"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{document} has only one of the marks of {section!r}")
    body = "\n\n".join(str(part) for part in content)
    document.write_text(f"{before}{begin}\n\n{body}\n\n{end}{after}", "utf-8")


def keep(target: Path, section: str, numbers: Any) -> None:
    """Write ``numbers`` under ``section`` of a JSON file, and leave its other sections."""
    known = json.loads(target.read_text("utf-8")) if target.exists() else {}
    plain = asdict(numbers) if hasattr(numbers, "__dataclass_fields__") else numbers
    target.write_text(json.dumps(known | {section: plain}, indent=1, sort_keys=True) + "\n")
