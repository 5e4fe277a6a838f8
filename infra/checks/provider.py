"""Writes what the azurerm provider knows of the resources used here into one small JSON file.

    npm pack @cdktf/provider-azurerm@14.23.1 && tar xf cdktf-provider-azurerm-14.23.1.tgz
    python -m infra.checks.provider package/

HashiCorp generates that npm package from the provider's own schema: every attribute and block, with
the name that Terraform uses in the link to its documentation. Offline it is the nearest there is to
``terraform providers schema``.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from infra.checks.configuration import load

INFRA = Path(__file__).parents[1]
FILE = INFRA / "checks/azurerm.json"

_INTERFACE = re.compile(r"^export interface (\w+)[^{\n]*\{\n(.*?)^\}", re.DOTALL | re.MULTILINE)
_MEMBER = re.compile(
    r"\{@link \S+ \w+#(\w+)\}(?:[^/]|/(?!\*))*?readonly \w+(\??): ((?:\{[^}]*\}|[^;{])+);"
)
_CLASS = re.compile(
    r"^export declare class \w+ extends cdktf\.Terraform(?:Resource|DataSource) ", re.MULTILINE
)
_GETTER = re.compile(r"^    get (\w+)\(\)", re.MULTILINE)
_KINDS = {"string": "string", "number": "number", "boolean": "bool"}


def main(package: Path) -> None:
    """Extract from the unpacked npm package what the files of infra/ use."""
    about = json.loads((package / "package.json").read_text())
    found = load(INFRA)
    ours = {each.type for each in found.resources if each.type.startswith("azurerm_")}
    schema = {
        "provider": about["cdktf"]["provider"]["version"],
        "source": f"{about['name']} {about['version']}",
        "providers": {"azurerm": _provider(package)},
        "resources": _schemas(package, ours, ""),
        "data": _schemas(package, {each.type for each in found.data}, "data-azurerm-"),
    }
    FILE.write_text(_lines(schema) + "\n")


def _provider(package: Path) -> dict[str, Any]:
    text = (package / "lib/provider/index.d.ts").read_text()
    return _block(dict(_INTERFACE.findall(text)), "AzurermProviderConfig")


def _schemas(package: Path, types: set[str], prefix: str) -> dict[str, Any]:
    return {type_: _schema(package, type_, prefix) for type_ in sorted(types)}


def _schema(package: Path, type_: str, prefix: str) -> dict[str, Any]:
    folder = prefix + type_.removeprefix("azurerm_").replace("_", "-")
    text = (package / "lib" / folder / "index.d.ts").read_text()
    interfaces = dict(_INTERFACE.findall(text))
    config = next(iter(interfaces))
    block = _block(interfaces, config)
    (begins,) = [match.start() for match in _CLASS.finditer(text)]
    readable = {_snake(name) for name in _GETTER.findall(text[begins:])}
    readable = {name for name in readable if not name.endswith("_input")}
    return {**block, "computed": sorted(readable - block["attributes"].keys())}


def _block(interfaces: dict[str, str], name: str) -> dict[str, Any]:
    attributes, blocks, required = {}, {}, []
    for member, optional, kind in _MEMBER.findall(interfaces[name]):
        inner = kind.split("[]")[0].split(" |")[0].strip()
        if inner in interfaces:
            blocks[member] = _block(interfaces, inner)
        else:
            attributes[member] = "other" if "[]" in kind else _KINDS.get(inner, "other")
        required += [] if optional else [member]
    return {"attributes": attributes, "blocks": blocks, "required": sorted(required)}


def _lines(schema: dict[str, Any]) -> str:
    """JSON with one line per resource, which a reader can compare."""
    entries = []
    for key, value in schema.items():
        if isinstance(value, dict):
            rows = [f"{json.dumps(k)}: {json.dumps(v, sort_keys=True)}" for k, v in value.items()]
            entries.append(f"{json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n}")
        else:
            entries.append(f"{json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(entries) + "\n}"


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
