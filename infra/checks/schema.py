"""What a provider would refuse: unknown attributes and blocks, missing ones, literals of a wrong
type, and references to what does not exist.

What is said to Azure in its own words, through azapi, is compared with Azure's own descriptions.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from infra.checks.configuration import META, Configuration, Resource, texts

FILES = [Path(__file__).with_name(f"{provider}.json") for provider in ("azurerm", "azapi")]
"""The first is extracted by :mod:`infra.checks.provider`, the second written by hand."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "bool": (bool,),
    "other": (list, dict, str),
}
_REFERENCE = re.compile(
    r"(?<![\w.])((?:data\.)?az(?:urerm|api)_\w+)\.(\w+)(?:\[[^\]]*\])?(?:\.(\w+))?"
    r"|(?<![\w.])(var|local)\.(\w+)"
)


def faults(found: Configuration) -> Iterator[str]:
    """One line each, with the address of what is wrong."""
    schema = _schema()
    for kind, blocks in (("resources", found.resources), ("data", found.data)):
        for each in blocks:
            if each.type not in schema[kind]:
                yield f"{each.address}: not in {FILES[0].name}; see provider.py"
            else:
                yield from _block_faults(each.address, each.body, schema[kind][each.type])
    for name, body in found.providers.items():
        yield from _block_faults(f"provider.{name}", body, schema["providers"][name])
    for each in found.of_type("azapi_update_resource"):
        yield from _azure_faults(each, schema["bodies"])
    yield from _reference_faults(found, schema)


def _schema() -> dict[str, Any]:
    """What both providers know, as one."""
    merged: dict[str, Any] = {}
    for file in FILES:
        for kind, known in json.loads(file.read_text()).items():
            merged[kind] = {**merged.get(kind, {}), **known} if isinstance(known, dict) else known
    return merged


def _azure_faults(each: Resource, bodies: Mapping[str, Any]) -> Iterator[str]:
    known = bodies.get(each.body["type"])
    if known is None:
        yield f"{each.address}: {each.body['type']} is not in {FILES[1].name}"
        return
    for path, value in _leaves(each.body.get("body", {})):
        if path not in known:
            yield f"{each.address}: {path} is not known to Azure"
        elif value not in known[path]:
            yield f"{each.address}: {path} = {value!r} is none of {known[path]}"


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, f"{path}.{name}".lstrip("."))


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
