"""Drawings: assets as Dagster knows them, rooms by their imports, a plot of costs."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

import style_pipeline
from docs.generate.graph import Box, svg
from style_pipeline.cli.costs import picture
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.bills import Bill
from style_pipeline.settings import Settings

PACKAGE = Path(style_pipeline.__file__).parent
_CONTRACTS = "contracts"


def assets() -> str:
    """Every asset of a video and what it is made from, as Dagster knows it."""
    definitions = definitions_for(Settings.from_environment({}))
    graph = definitions.get_repository_def().asset_graph
    boxes: list[Box] = []
    arrows: dict[str, set[str]] = {}
    for key in graph.toposorted_asset_keys:
        node, checks = graph.get(key), graph.get_check_keys_for_assets({key})
        about = ", ".join(sorted(node.kinds)) or "in a location of its own"
        boxes.append(Box(_name(key), f"{about}; checked" if checks else about))
        for parent in node.parent_keys:
            arrows.setdefault(_name(parent), set()).add(_name(key))
    return svg(boxes, arrows, "Assets of a video, each above those that are made from it")


def rooms() -> str:
    """Folders of the package and which of them import which; contracts are imported by all."""
    found = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    arrows = {room: _imports(PACKAGE / room) & found - {room} for room in sorted(found)}
    contracts = sum(path.stem not in _ENTRANCES for path in PACKAGE.glob("*.py"))
    boxes = [Box(room, _about(room)) for room in sorted(found)]
    boxes.append(Box(_CONTRACTS, f"{contracts} modules, imported by all"))
    below = {room for room in found if not arrows[room]}
    arrows |= {room: {_CONTRACTS} for room in below}
    return svg(boxes, arrows, "Rooms of the package, each above those that it imports")


def costs() -> str:
    """What ``style-pipeline costs --plot`` draws, of bills that are made up."""
    begin = datetime(2026, 9, 1, 8, tzinfo=UTC)
    prices = {"great-wave": 0.021, "starry-night": 0.024, "the-scream": 0.028}
    styles = list(prices) * 30
    return picture(
        Bill(
            when=begin + timedelta(hours=7 * number),
            what=f"{style}|video-{number}",
            video=60.0 * (minutes := 1 + number * 11 % 19),
            cost=prices[style] * minutes * (0.9 + number * 37 % 31 / 100) + 0.01,
        )
        for number, style in enumerate(styles)
    )


_ENTRANCES = {"__init__", "definitions", "style_definitions", "intake"}


def _about(room: str) -> str:
    """The first words of the room's own description."""
    text = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text())) or ""
    words = text.split(":")[0].split(".")[0].split(",")[0].split("\n")[0]
    return words if len(words) <= 30 else words[:29].rsplit(" ", 1)[0] + " …"


def _imports(folder: Path) -> set[str]:
    names = set[str]()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "style_pipeline"
            ):
                module = str(node.module)
                names |= {f"{module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names if "style_pipeline." in alias.name}
    return {name.split(".")[1] for name in names}


def _name(key: dg.AssetKey) -> str:
    return key.to_user_string()
