"""Evaluates the conditions of role assignments, as far as they are used here.

The language: https://learn.microsoft.com/azure/role-based-access-control/conditions-format
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

_TOKEN = re.compile(
    r"\s*(?:(?P<word>AND|OR|NOT|StringLike|StringEquals)\b|(?P<sign>[!()])"
    r"|(?P<call>ActionMatches|SubOperationMatches)\{'(?P<argument>[^']*)'\}"
    r"|@Resource\[(?P<attribute>[^\]]+)\]|'(?P<text>[^']*)')"
)
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


@dataclass(frozen=True)
class Attempt:
    """Somebody tries to do something to a blob; ``action`` is read, write, add/action or delete."""

    action: str
    container: str
    path: str
    sub_operation: str = ""

    def attribute(self, name: str) -> str:
        return self.path if name.endswith(":path") else self.container


def allows(condition: str, attempt: Attempt) -> bool:
    """Whether ``condition`` lets the attempt pass; raises ValueError for what it cannot read."""
    tokens = _tokens(condition)
    value = _or(tokens, attempt)
    if tokens:
        raise ValueError(f"unexpected {tokens[0].group().strip()!r} in a condition")
    return value


def _tokens(text: str) -> list[re.Match[str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"cannot read a condition at: {text[at : at + 40]!r}")
        found.append(match)
        at = match.end()
    return found


def _is(tokens: list[re.Match[str]], *words: str) -> bool:
    return bool(tokens) and (tokens[0]["word"] or tokens[0]["sign"]) in words


def _or(tokens: list[re.Match[str]], attempt: Attempt) -> bool:
    value = _and(tokens, attempt)
    while _is(tokens, "OR"):
        tokens.pop(0)
        value = _and(tokens, attempt) or value
    return value


def _and(tokens: list[re.Match[str]], attempt: Attempt) -> bool:
    value = _not(tokens, attempt)
    while _is(tokens, "AND"):
        tokens.pop(0)
        value = _not(tokens, attempt) and value
    return value


def _not(tokens: list[re.Match[str]], attempt: Attempt) -> bool:
    if _is(tokens, "!", "NOT"):
        tokens.pop(0)
        return not _not(tokens, attempt)
    if _is(tokens, "("):
        tokens.pop(0)
        value = _or(tokens, attempt)
        if not _is(tokens, ")"):
            raise ValueError("a bracket is not closed in a condition")
        tokens.pop(0)
        return value
    return _statement(tokens, attempt)


def _statement(tokens: list[re.Match[str]], attempt: Attempt) -> bool:
    first = tokens.pop(0)
    if first["call"] == "ActionMatches":
        return first["argument"] == f"{_BLOBS}/{attempt.action}"
    if first["call"]:
        return first["argument"] == attempt.sub_operation
    operator, text = tokens.pop(0)["word"], tokens.pop(0)["text"]
    value = attempt.attribute(first["attribute"])
    return fnmatchcase(value, text) if operator == "StringLike" else value == text
