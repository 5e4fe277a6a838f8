"""Frozen dataclasses as versioned JSON: equal values give equal bytes, and nothing odd gets in.

The reader is strict, since a document may come from an older release, a half-written disk or a
stranger: unknown or missing fields, wrong types and other versions raise
:class:`~style_pipeline.errors.ManifestError` with the path of the fault.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from style_pipeline.errors import ManifestError

T = TypeVar("T")


def dump(value: Any) -> bytes:
    """A dataclass as UTF-8 JSON with sorted keys; a ``Fraction`` is written ``"num/den"``."""
    return json.dumps(plain(value), sort_keys=True, indent=1).encode() + b"\n"


class Document:
    """Mixed into a frozen dataclass that is kept or sent as JSON."""

    def to_json(self) -> bytes:
        return dump(self)

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Raises ManifestError where ``content`` is not a whole document of this version."""
        return load(cls, content)


def plain(value: Any) -> Any:
    """``value`` in plain JSON types."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def load(cls: type[T], content: bytes) -> T:
    """The ``cls`` that :func:`dump` wrote.

    Raises ManifestError where ``content`` is not JSON or does not have exactly the fields and
    types of ``cls``; a ``version`` field must equal the class's default.
    """
    try:
        raw = json.loads(content)
    except ValueError as error:
        raise ManifestError(f"{cls.__name__} is not readable JSON: {error}") from error
    result: T = _read(cls, raw, cls.__name__)
    return result


def _read(kind: Any, raw: Any, path: str) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_dataclass(kind, raw, path)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _read_union(arguments, raw, path)
    if origin is tuple:
        return tuple(
            _read(arguments[0], item, f"{path}[{i}]")
            for i, item in enumerate(_expect(raw, list, path))
        )
    if origin is dict:
        items = _expect(raw, dict, path).items()
        return {key: _read(arguments[1], item, f"{path}.{key}") for key, item in items}
    if kind is Fraction:
        return _read_fraction(_expect(raw, str, path), path)
    if kind is float and type(raw) is int:
        return float(raw)
    return _expect(raw, kind, path)


def _read_dataclass(kind: type, raw: Any, path: str) -> Any:
    hints = get_type_hints(kind)
    declared = {field.name: field for field in fields(kind)}
    given = _expect(raw, dict, path)
    if given.keys() != declared.keys():
        odd = ", ".join(sorted(given.keys() ^ declared.keys()))
        raise ManifestError(f"{path}: missing or unknown fields: {odd}")
    if "version" in declared and given["version"] != declared["version"].default:
        raise ManifestError(f"{path}: version {given['version']} was written by another release")
    return kind(**{name: _read(hints[name], given[name], f"{path}.{name}") for name in declared})


def _read_union(arguments: tuple[Any, ...], raw: Any, path: str) -> Any:
    if raw is None and type(None) in arguments:
        return None
    (only,) = (kind for kind in arguments if kind is not type(None))
    return _read(only, raw, path)


def _read_fraction(raw: str, path: str) -> Fraction:
    try:
        return Fraction(raw)
    except (ValueError, ZeroDivisionError) as error:
        raise ManifestError(f"{path}: {raw!r} is no fraction") from error


def _expect(raw: Any, kind: Any, path: str) -> Any:
    if type(raw) is not kind:
        raise ManifestError(f"{path}: expected {kind.__name__}, found {type(raw).__name__}")
    return raw
