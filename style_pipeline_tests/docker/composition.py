"""The compose files as Docker would read them: merged, with their variables filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

DOCKER = Path(__file__).parents[2] / "docker"
TRIAL = ("compose.yaml", "compose.trial.yaml")

_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def composition(environ: Mapping[str, str], *names: str) -> dict[str, Any]:
    """The files of docker/, later ones over earlier ones; raises KeyError for an unset variable."""
    merged: dict[str, Any] = {}
    for name in names or ("compose.yaml",):
        merged = _over(merged, yaml.safe_load(_filled((DOCKER / name).read_text(), environ)))
    return merged


def _filled(text: str, environ: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        if environ.get(name) or kind != "-":
            return environ[name]
        return str(rest)

    return _VARIABLE.sub(value, text)


def _over(below: Any, above: Any) -> Any:
    """As Docker merges: mappings by key, all else is replaced."""
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _over(below.get(key), value) for key, value in above.items()}}
