"""Messages of uploads: Event Grid delivers them as itself, and nobody else can send any."""

import re
from collections.abc import Iterator

from infra.checks.configuration import Configuration, Resource, texts
from infra.checks.policy import watched
from infra.checks.roles import Grant, grants

QUEUE_ROLES = {
    "Storage Queue Data Contributor": {"read", "add", "process"},
    "Storage Queue Data Message Processor": {"read", "process"},
    "Storage Queue Data Message Sender": {"add"},
    "Storage Queue Data Reader": {"read"},
}
"""What a role lets do with the messages of a queue; others let do nothing with them."""

NEEDED = {
    ("topic", "add", "uploads"),
    ("host", "process", "uploads"),
    ("host", "add", "uploads-poison"),
}
MAY = NEEDED | {("host", "read", "uploads"), ("operators", "read", "uploads-poison")}
"""Who may do what with the messages of which queue, and nobody else anything."""

_SUBJECT = (
    "/blobServices/default/containers/${azurerm_storage_container.media.name}/blobs/incoming/"
)
_OPERATIONS = "azurerm_storage_account.operations"


def faults(found: Configuration) -> Iterator[str]:
    """One line each; none where there are no events."""
    if not found.of_type("azurerm_eventgrid_system_topic_event_subscription"):
        return
    yield from _role_faults(grants(found))
    for topic in found.of_type("azurerm_eventgrid_system_topic"):
        if topic.block("identity").get("type") != "SystemAssigned":
            yield f"{topic.address}: only a system-assigned identity gets past a firewall"
    for each in found.of_type("azurerm_eventgrid_system_topic_event_subscription"):
        yield from _subscription_faults(each)
    for each in found.of_type("azurerm_storage_queue"):
        yield from _queue_faults(found, each)


def rights(granted: list[Grant]) -> set[tuple[str, str, str]]:
    """Everything that anybody may do with messages: who, what, and in which queue."""
    return {
        (grant.who, action, queue)
        for grant in granted
        for action in QUEUE_ROLES.get(grant.role, ())
        for queue in _queues(grant.scope)
    }


def _role_faults(granted: list[Grant]) -> Iterator[str]:
    there = rights(granted)
    for who, action, queue in sorted(NEEDED - there):
        yield f"roles: {who} cannot {action} messages in {queue}"
    for who, action, queue in sorted(there - MAY):
        yield f"roles: {who} can {action} messages in {queue}"


def _queues(scope: str) -> list[str]:
    """A role on an account, or on more, is one on each of its queues."""
    named = re.search(r'azurerm_storage_queue\.main\["([\w-]+)"\]', scope)
    if named:
        return [named[1]]
    wide = (f"{_OPERATIONS}.id", "azurerm_resource_group.main.id")
    return ["uploads", "uploads-poison"] if any(each in scope for each in wide) else []


def _subscription_faults(each: Resource) -> Iterator[str]:
    if each.block("delivery_identity").get("type") != "SystemAssigned":
        yield f"{each.address}: delivers with a key of the account, which has none"
    if each.body.get("included_event_types") != ["Microsoft.Storage.BlobCreated"]:
        yield f"{each.address}: tells of more than blobs that were created"
    if each.block("subject_filter").get("subject_begins_with") != _SUBJECT:
        yield f"{each.address}: tells of more than incoming/"
    if f"{_OPERATIONS}.id" not in str(each.block("storage_queue_endpoint")):
        yield f"{each.address}: delivers elsewhere than into operations"


def _queue_faults(found: Configuration, each: Resource) -> Iterator[str]:
    if f"{_OPERATIONS}.id" not in str(each.body.get("storage_account_id")):
        yield f"{each.address}: lies elsewhere than in operations"
    if f"{_OPERATIONS}.id}}/queueServices/default" not in watched(found):
        yield f"{each.address}: has no diagnostic setting"
    reached = f'target = {_OPERATIONS}.id, part = "queue"'
    if not [text for text in texts(found.locals) if reached in text]:
        yield f"{each.address}: has no private endpoint"
