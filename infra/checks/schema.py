"""What the provider would refuse: unknown attributes and blocks, missing ones, literals of a wrong
type, and references to what does not exist.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from infra.checks.configuration import META, Configuration, texts

FILE = Path(__file__).with_name("azurerm.json")

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "bool": (bool,),
    "other": (list, dict, str),
}
_REFERENCE = re.compile(
    r"(?<![\w.])((?:data\.)?azurerm_\w+)\.(\w+)(?:\[[^\]]*\])?(?:\.(\w+))?"
    r"|(?<![\w.])(var|local)\.(\w+)"
)


def faults(found: Configuration) -> Iterator[str]:
    """One line each, with the address of what is wrong."""
    schema = json.loads(FILE.read_text())
    for kind, blocks in (("resources", found.resources), ("data", found.data)):
        for each in blocks:
            if each.type not in schema[kind]:
                yield f"{each.address}: not in {FILE.name}; see provider.py"
            else:
                yield from _block_faults(each.address, each.body, schema[kind][each.type])
    yield from _reference_faults(found, schema)


def _block_faults(where: str, body: Mapping[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    dynamic = {name for each in body.get("dynamic", []) for name in each}
    there = (body.keys() - META) | dynamic
    known = schema["attributes"].keys() | schema["blocks"].keys()
    yield from (f"{where}: {name} is missing" for name in sorted(set(schema["required"]) - there))
    yield from (f"{where}: {name} is not known to the provider" for name in sorted(there - known))
    for name, block in schema["blocks"].items():
        for inner in body.get(name, []):
            yield from _block_faults(f"{where}.{name}", inner, block)
    for name in schema["attributes"].keys() & body.keys():
        if not _fits(body[name], schema["attributes"][name]):
            yield f"{where}: {name} = {body[name]!r} is no {schema['attributes'][name]}"


def _fits(value: Any, kind: str) -> bool:
    if isinstance(value, str) and "${" in value:
        return True
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, _TYPES[kind])


def _reference_faults(found: Configuration, schema: dict[str, Any]) -> Iterator[str]:
    there = {each.address for each in found.resources}
    there |= {f"data.{each.address}" for each in found.data}
    bodies = chain(found.resources, found.data)
    everything = chain(
        ((each.address, each.body) for each in bodies),
        (("locals", found.locals),),
        ((f"output.{name}", body) for name, body in found.outputs.items()),
    )
    for where, body in everything:
        for match in (m for text in texts(body) for m in _REFERENCE.finditer(text)):
            if fault := _wrong(match, found, there, schema):
                yield f"{where}: {match[0]}: {fault}"


def _wrong(
    match: re.Match[str], found: Configuration, there: set[str], schema: dict[str, Any]
) -> str | None:
    type_, name, attribute, scope, value = match.groups()
    if scope:
        known = found.variables if scope == "var" else found.locals
        return None if value in known else "not declared"
    if f"{type_}.{name}" not in there:
        return "no such resource"
    kind = "data" if type_.startswith("data.") else "resources"
    block = schema[kind].get(type_.removeprefix("data."))
    if attribute and block and attribute not in _readable(block):
        return f"{type_} has no {attribute}"
    return None


def _readable(block: dict[str, Any]) -> set[str]:
    return {*block["attributes"], *block["blocks"], *block["computed"]}
