"""The Terraform files of a folder as plain values; the only module that parses HCL."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hcl2

META = {"for_each", "count", "depends_on", "lifecycle", "provider", "dynamic"}
"""What Terraform itself understands in any resource."""

_NOTES = ("__comments__", "__inline_comments__", "__is_block__")


@dataclass(frozen=True)
class Resource:
    """One ``resource`` block; expressions are strings that hold ``${...}``."""

    type: str
    name: str
    body: Mapping[str, Any]

    @property
    def address(self) -> str:
        return f"{self.type}.{self.name}"

    def block(self, name: str) -> Mapping[str, Any]:
        """The first block of that name; empty where there is none."""
        found = self.body.get(name) or [{}]
        return dict(found[0])


@dataclass(frozen=True)
class Configuration:
    """All files of one folder, as Terraform reads them: as one."""

    folder: Path
    resources: tuple[Resource, ...]
    data: tuple[Resource, ...]
    variables: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Mapping[str, Any]]
    providers: Mapping[str, Mapping[str, Any]]
    locals: Mapping[str, Any]

    def of_type(self, type_: str) -> list[Resource]:
        return [each for each in self.resources if each.type == type_]


def load(folder: Path) -> Configuration:
    """Raises ValueError, naming the file, where one cannot be parsed."""
    paths = sorted(folder.glob("*.tf"))
    blocks = [block for path in paths for block in _parsed(path.name, path.read_text()).items()]
    values: dict[str, Any] = {}
    for each in _all(blocks, "locals"):
        values |= each
    return Configuration(
        folder=folder,
        resources=tuple(_resources(blocks, "resource")),
        data=tuple(_resources(blocks, "data")),
        variables=dict(_named(blocks, "variable")),
        outputs=dict(_named(blocks, "output")),
        providers=dict(_named(blocks, "provider")),
        locals=values,
    )


def texts(value: Any) -> Iterator[str]:
    """Every string inside ``value``, however deep; the keys of mappings too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (key, *texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


@cache
def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        return dict(_plain(hcl2.loads(text)))
    except Exception as error:
        raise ValueError(f"{name}: not HCL: {str(error).splitlines()[0]}") from error


def _plain(value: Any) -> Any:
    """Without the parser's notes and the quotes that it leaves around strings."""
    if isinstance(value, dict):
        return {_unquoted(k): _plain(v) for k, v in value.items() if k not in _NOTES}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _unquoted(value) if isinstance(value, str) else value


def _unquoted(text: str) -> str:
    bare = text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
    here = re.fullmatch(r"<<-?(\w+)\n(.*)\n\s*\1", bare, re.DOTALL)
    return here[2] if here else bare


def _all(blocks: list[tuple[str, Any]], kind: str) -> Iterator[Any]:
    for name, found in blocks:
        if name == kind:
            yield from found


def _named(blocks: list[tuple[str, Any]], kind: str) -> Iterator[tuple[str, Any]]:
    for each in _all(blocks, kind):
        yield from each.items()


def _resources(blocks: list[tuple[str, Any]], kind: str) -> Iterator[Resource]:
    for type_, found in _named(blocks, kind):
        for name, body in found.items():
            yield Resource(type_, name, body)
