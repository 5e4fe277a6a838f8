"""Who may do what, worked out of the role assignments: people, machines, and what they reach."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.checks.conditions import Attempt, allows
from infra.checks.configuration import Configuration, Resource

_READ = {"read"}
_CHANGE = {"write", "add/action", "delete"}
DATA_ROLES: Mapping[str, set[str]] = {
    "Storage Blob Data Owner": _READ | _CHANGE,
    "Storage Blob Data Contributor": _READ | _CHANGE,
    "Storage Blob Data Reader": _READ,
}
"""What a role lets do with blobs; others let do nothing with them."""

TOO_MUCH = {"Owner", "User Access Administrator", "Storage Blob Data Owner"}
KNOWN = {"host", "nodes", "build", "workspace", "topic", "uploaders", "operators"}


@dataclass(frozen=True)
class Grant:
    """One role of one subject: a machine's identity, Event Grid's ``topic``, ``uploaders`` or
    ``operators``.
    """

    who: str
    role: str
    scope: str
    condition: str | None = None


def grants(found: Configuration) -> list[Grant]:
    """Every role assignment; those over a mapping in ``locals`` one by one."""
    return [
        grant for each in found.of_type("azurerm_role_assignment") for grant in _of(found, each)
    ]


def may(granted: list[Grant], who: str, account: str, attempt: Attempt) -> bool:
    """Whether ``who`` may do so with a blob in the account that is called ``account`` here."""
    return any(
        attempt.action in DATA_ROLES.get(grant.role, ())
        and _covers(grant.scope, account, attempt.container)
        and (grant.condition is None or allows(grant.condition, attempt))
        for grant in granted
        if grant.who == who
    )


CODE = Attempt("write", "azureml-blobstore", "LocalUpload/code/worker.py")
LEARNT = Attempt("write", "messages", "styles/own/checkpoint.safetensors")
LOG = Attempt("read", "azureml", "ExperimentRun/log.txt")
NOT_THEIRS = (
    *("outputs/style/film.mp4", "work/styled/shard.nut"),
    *("requests/again/x/1", "styles/own/checkpoint.json"),
)
FORBIDDEN = [
    *(("operations", CODE, who) for who in ("uploaders", "nodes", "build", "operators")),
    *(("operations", LEARNT, who) for who in ("uploaders", "nodes", "build", "operators")),
    ("operations", LOG, "uploaders"),
    ("operations", Attempt("write", "azureml", "incoming/film.mp4"), "uploaders"),
    *(("media", Attempt("write", "media", path), "uploaders") for path in NOT_THEIRS),
    *(("media", Attempt("read", "media", path), "uploaders") for path in NOT_THEIRS[1:]),
]
"""What nobody of that name may be able to do."""


def faults(found: Configuration) -> Iterator[str]:
    """One line each."""
    granted = grants(found)
    for account, attempt, who in FORBIDDEN:
        if may(granted, who, account, attempt):
            yield f"roles: {who} can {attempt.action} {attempt.path} in {account}"
    for grant in granted:
        if grant.role in TOO_MUCH:
            yield f"roles: {grant.who} is {grant.role}: more than anyone needs"
        if grant.who not in KNOWN:
            yield f"roles: {grant.who}: not among those that are known"


def _of(found: Configuration, each: Resource) -> Iterator[Grant]:
    who = _subject(each.body)
    condition = each.body.get("condition")
    text = None if condition is None else _filled(str(condition), found.locals)
    over = re.fullmatch(r"\$\{local\.(\w+)\}", str(each.body.get("for_each")))
    if over is None:
        yield Grant(who, str(each.body.get("role_definition_name")), str(each.body["scope"]), text)
        return
    for entry in found.locals[over[1]].values():
        yield Grant(who, entry["role"], entry["scope"], text)


def _subject(body: Mapping[str, Any]) -> str:
    if over := re.search(r"\bvar\.(uploaders|operators)\b", str(body.get("for_each"))):
        return over[1]
    principal = str(body["principal_id"])
    if "azurerm_eventgrid_system_topic.media" in principal:
        return "topic"
    machine = re.search(r'\["(\w+)"\]\.principal_id', principal)
    return machine[1] if machine else principal


def _covers(scope: str, account: str, container: str) -> bool:
    wide = ("azurerm_resource_group.main.id", f"azurerm_storage_account.{account}.id")
    return any(each in scope for each in (*wide, f"azurerm_storage_container.{container}.id"))


def _filled(text: str, values: Mapping[str, Any]) -> str:
    """With the values of ``locals`` put in; one ``for`` expression, over ``changes``, is known."""

    def value(match: re.Match[str]) -> str:
        found = values[match[1]]
        if isinstance(found, str) and found.startswith("${join("):
            each = [
                f"!(ActionMatches{{'{_filled(action, values)}'}})" for action in values["changes"]
            ]
            return " AND ".join(each)
        return _filled(str(found), values)

    return re.sub(r"\$\{local\.(\w+)\}", value, text)
