"""What we have decided and no provider enforces: closed accounts, empty clusters, all on record."""

import re
from collections.abc import Callable, Iterator, Mapping

from infra.checks.configuration import Configuration, Resource, texts

REPORTING = {
    "azurerm_bastion_host",
    "azurerm_container_registry",
    "azurerm_eventgrid_system_topic",
    "azurerm_key_vault",
    "azurerm_machine_learning_workspace",
    "azurerm_network_security_group",
    "azurerm_public_ip",
    "azurerm_storage_account",
    "azurerm_virtual_network",
}
"""What can send its logs somewhere, of all that is used here."""

ACCOUNT = {
    "allow_nested_items_to_be_public": False,
    "shared_access_key_enabled": False,
    "https_traffic_only_enabled": True,
    "min_tls_version": "TLS1_2",
    "local_user_enabled": False,
    "cross_tenant_replication_enabled": False,
    "infrastructure_encryption_enabled": True,
}
CLUSTER = {
    "node_public_ip_enabled": False,
    "ssh_public_access_enabled": False,
    "local_auth_enabled": False,
}
PRIVATE = {
    "azurerm_container_registry": {"admin_enabled": False, "anonymous_pull_enabled": False},
    "azurerm_key_vault": {"rbac_authorization_enabled": True, "purge_protection_enabled": True},
    "azurerm_machine_learning_workspace": {},
}

TOLD = {"silent", "failing-sensors", "failed-runs", "stuck-runs", "daily-cost"}
"""What somebody must be told of, by the names of the alerts."""


def faults(found: Configuration) -> Iterator[str]:
    """One line each, with the address of what is wrong."""
    rules: tuple[Callable[[Configuration], Iterator[str]], ...] = (
        _accounts,
        _applied_from_outside,
        _identity_datastores,
        _clusters,
        _private,
        _endpoints,
        _diagnostics,
        _host,
        _alerts,
        _documented,
    )
    for rule in rules:
        yield from rule(found)


def watched(found: Configuration) -> str:
    """All that diagnostic settings are made for, as one text."""
    lists = {
        name
        for each in found.of_type("azurerm_monitor_diagnostic_setting")
        for name in found.locals
        if re.search(rf"\blocal\.{name}\b", str(each.body.get("for_each")))
    }
    return " ".join(text for name in lists for text in texts(found.locals[name]))


def _differing(each: Resource, wanted: Mapping[str, object]) -> Iterator[str]:
    for name, value in wanted.items():
        if each.body.get(name) != value:
            yield f"{each.address}: {name} must be {value!r}, is {each.body.get(name)!r}"


def _accounts(found: Configuration) -> Iterator[str]:
    for each in found.of_type("azurerm_storage_account"):
        yield from _differing(each, ACCOUNT)
        blobs = each.block("blob_properties")
        for kept in ("delete_retention_policy", "container_delete_retention_policy"):
            if not blobs.get(kept):
                yield f"{each.address}: no {kept}: what is deleted by mistake is gone"
        if each.block("network_rules").get("default_action") != "Deny":
            yield f"{each.address}: network_rules must deny by default"
    for each in found.of_type("azurerm_storage_container"):
        yield from _differing(each, {"container_access_type": "private"})
    cleared = {
        text
        for each in found.of_type("azurerm_storage_management_policy")
        for text in texts(each.body)
    }
    if "media/work/" not in cleared:
        yield "azurerm_storage_management_policy: nothing clears media/work/"
    if "messages/" in cleared:
        yield "azurerm_storage_management_policy: learnt styles are cleared with the messages"


def _applied_from_outside(found: Configuration) -> Iterator[str]:
    """Whoever applies this stands outside, and cannot wait until an account can be looked into."""
    for features in found.providers["azurerm"].get("features", []):
        for each in features.get("storage", [{}]):
            if each.get("data_plane_available") is not False:
                yield "provider.azurerm: features.storage.data_plane_available must be False"


def _identity_datastores(found: Configuration) -> Iterator[str]:
    """An account without keys is of no use to a workspace that would sign in with one."""
    modes = {
        str(each.body.get("resource_id")): each.body["body"]["properties"].get(
            "systemDatastoresAuthMode"
        )
        for each in found.of_type("azapi_update_resource")
    }
    for each in found.of_type("azurerm_machine_learning_workspace"):
        if modes.get(f"${{{each.address}.id}}") != "Identity":
            yield f"{each.address}: does not sign in to its account as itself"


def _clusters(found: Configuration) -> Iterator[str]:
    for each in found.of_type("azurerm_machine_learning_compute_cluster"):
        yield from _differing(each, CLUSTER)
        least = each.block("scale_settings").get("min_node_count")
        if least != 0:
            yield f"{each.address}: min_node_count must be 0, is {least!r}: idle nodes cost money"
        if "azurerm_subnet." not in str(each.body.get("subnet_resource_id")):
            yield f"{each.address}: not in a subnet of ours"


def _private(found: Configuration) -> Iterator[str]:
    for type_, wanted in PRIVATE.items():
        for each in found.of_type(type_):
            yield from _differing(each, {**wanted, "public_network_access_enabled": False})
    for each in found.of_type("azurerm_storage_account"):
        access = each.body.get("public_network_access_enabled")
        if access is not False and access != "${length(var.uploader_networks) > 0}":
            yield f"{each.address}: public_network_access_enabled is {access!r}"


def _endpoints(found: Configuration) -> Iterator[str]:
    reached = " ".join(texts(found.locals.get("endpoints")))
    for type_ in (*PRIVATE, "azurerm_storage_account"):
        for each in found.of_type(type_):
            if f"{each.address}.id" not in reached:
                yield f"{each.address}: has no private endpoint"


def _diagnostics(found: Configuration) -> Iterator[str]:
    reporting = watched(found)
    for each in found.resources:
        blobs = each.type == "azurerm_storage_account"
        wanted = f"{each.address}.id}}/blobServices/default" if blobs else each.address
        if each.type in REPORTING and wanted not in reporting:
            yield f"{each.address}: has no diagnostic setting"


def _host(found: Configuration) -> Iterator[str]:
    for each in found.of_type("azurerm_linux_virtual_machine"):
        yield from _differing(each, {"disable_password_authentication": True})
    for each in found.of_type("azurerm_network_interface"):
        if "public_ip_address_id" in each.block("ip_configuration"):
            yield f"{each.address}: must have no public address"


def _alerts(found: Configuration) -> Iterator[str]:
    for name in sorted(TOLD - found.locals.get("alerts", {}).keys()):
        yield f"local.alerts: nobody is told of {name}"
    for each in found.of_type("azurerm_monitor_scheduled_query_rules_alert_v2"):
        if "azurerm_monitor_action_group.main.id" not in str(each.block("action")):
            yield f"{each.address}: tells nobody"
        if "local.measurements" not in str(each.block("criteria")):
            yield f"{each.address}: asks for a table that is not there yet"
    for each in found.of_type("azurerm_monitor_action_group"):
        if "var.contact_email" not in str(each.block("email_receiver")):
            yield f"{each.address}: does not reach contact_email"


def _documented(found: Configuration) -> Iterator[str]:
    for kind, blocks in (("var", found.variables), ("output", found.outputs)):
        for name, body in blocks.items():
            if not body.get("description"):
                yield f"{kind}.{name}: has no description"
