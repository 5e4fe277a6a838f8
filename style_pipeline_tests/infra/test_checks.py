"""The checks find nothing in infra/, and find each kind of fault that is planted in a copy."""

import base64
import shutil
from pathlib import Path

import pytest

from infra.checks import events, policy, programs, roles, schema
from infra.checks.configuration import load
from style_pipeline_tests.infra.copies import INFRA, changed

KEY = base64.b64encode(bytes(range(64))).decode()
SIGNATURE = "sv=2024-11-04&sp=rwdl&sig=" + base64.b64encode(bytes(range(32))).decode().replace(
    "=", "%3D"
)
CONDITION = '  condition            = {}\n  condition_version    = "2.0"\n'
ENDPOINT = (
    'vault          = { target = azurerm_key_vault.main.id, part = "vault", zones = ["vault"] }'
)
OPERATIONS = 'operations = "${azurerm_storage_account.operations.id}/blobServices/default"'
WRITE = (
    'role_definition_name = "Storage Blob Data Contributor"\n  principal_id         = each.value'
)
UPLOADERS_MAY = f"scope                = azurerm_storage_container.media.id\n  {WRITE}"
QUEUE = 'scope                = azurerm_storage_queue.main["uploads"].resource_manager_id\n  '
DELIVERED_AS = '  delivery_identity {\n    type = "SystemAssigned"\n  }\n'
NODES_CODE = "nodes can write LocalUpload/code/worker.py in operations"

PLANTED = [
    # the file, what it says, what it says now, what must be found
    ("storage.tf", "allow_nested_items_to_be_public   = false",
     "allow_nested_items_to_be_public   = true", "allow_nested_items_to_be_public must be False"),
    ("storage.tf", 'container_access_type = "private"', 'container_access_type = "blob"',
     "container_access_type must be 'private'"),
    ("storage.tf", "shared_access_key_enabled         = false", "", "shared_access_key_enabled mu"),
    ("storage.tf", '"TLS1_2"', '"TLS1_0"', "min_tls_version must be 'TLS1_2'"),
    ("storage.tf", "https_traffic_only_enabled        = true",
     "https_traffic_only_enabled        = false", "https_traffic_only_enabled must be True"),
    ("storage.tf", 'prefix_match = ["media/work/"]', 'prefix_match = ["media/incoming/"]',
     "nothing clears media/work/"),
    ("storage.tf", 'prefix_match = ["messages/messages/"]', 'prefix_match = ["messages/"]',
     "learnt styles are cleared with the messages"),
    ("storage.tf", "public_network_access_enabled     = false",
     "public_network_access_enabled = true", "operations: public_network_access_enabled is True"),
    ("machine_learning.tf", "min_node_count                       = 0", "min_node_count = 1",
     "min_node_count must be 0, is 1"),
    ("machine_learning.tf", "node_public_ip_enabled        = false",
     "node_public_ip_enabled = true", "node_public_ip_enabled must be False"),
    ("machine_learning.tf", "admin_enabled                 = false", "admin_enabled = true",
     "admin_enabled must be False"),
    ("monitoring.tf", "vault      = azurerm_key_vault.main.id", "",
     "azurerm_key_vault.main: has no diagnostic setting"),
    ("monitoring.tf", OPERATIONS, "",
     "azurerm_storage_account.operations: has no diagnostic setting"),
    ("network.tf", ENDPOINT, "", "azurerm_key_vault.main: has no private endpoint"),
    ("variables.tf", 'description = "Most nodes at a time. The least is none, always."', "",
     "var.max_nodes: has no description"),
    ("host.tf", "disable_password_authentication = true",
     "disable_password_authentication = false", "disable_password_authentication must be True"),
    ("machine_learning.tf", "vm_priority                   =", "vm_priorities =",
     "painters: vm_priorities is not known to the provider"),
    ("machine_learning.tf", "vm_priority                   =", "# vm_priority =",
     "painters: vm_priority is missing"),
    ("machine_learning.tf", "min_node_count                       = 0", "minimum = 0",
     "painters.scale_settings: minimum is not known to the provider"),
    ("machine_learning.tf", "max_node_count                       = var.max_nodes",
     'max_node_count = "four"', "max_node_count = 'four' is no number"),
    ("outputs.tf", "azurerm_storage_account.media.primary_blob_endpoint",
     "azurerm_storage_account.media.blob_address", "azurerm_storage_account has no blob_address"),
    ("host.tf", "azurerm_network_interface.host.id", "azurerm_network_interface.other.id",
     "azurerm_network_interface.other.id: no such resource"),
    ("host.tf", "var.host_size", "var.machine", "var.machine: not declared"),
    ("identities.tf", CONDITION.format("local.upload_only"), "",
     "uploaders can write outputs/style/film.mp4 in media"),
    ("identities.tf", "StringLike 'incoming/*')\n    )\n  CONDITION",
     "StringLike '*')\n    )\n  CONDITION", "uploaders can write styles/own/checkpoint.json"),
    ("identities.tf", UPLOADERS_MAY, f"scope = azurerm_resource_group.main.id\n  {WRITE}",
     "uploaders can write incoming/film.mp4 in operations"),
    ("identities.tf", CONDITION.format("local.logs_and_messages_only"), "", NODES_CODE),
    ("identities.tf", "StringLike 'messages/*')", "StringLike '*')",
     "nodes can write styles/own/checkpoint.safetensors in operations"),
    ("identities.tf", "StringEquals 'azureml')", "StringLike 'azureml*')", NODES_CODE),
    ("identities.tf", '"AzureML Data Scientist"', '"Owner"', "host is Owner"),
    ("identities.tf", '"Storage Blob Data Reader"', '"Storage Blob Data Contributor"',
     "operators can write LocalUpload/code/worker.py in operations"),
    ("identities.tf", f"{QUEUE}role_definition_name = \"Storage Queue Data Message Sender\"",
     f"{QUEUE}role_definition_name = \"Storage Queue Data Reader\"",
     "topic cannot add messages in uploads"),
    ("identities.tf", '"Storage Queue Data Message Processor"', '"Storage Queue Data Contributor"',
     "host can add messages in uploads"),
    ("identities.tf", UPLOADERS_MAY,
     'scope = azurerm_storage_queue.main["uploads"].resource_manager_id\n'
     '  role_definition_name = "Storage Queue Data Message Sender"\n  principal_id = each.value',
     "uploaders can add messages in uploads"),
    ("identities.tf", '"Storage Blob Data Reader"', '"Storage Queue Data Contributor"',
     "operators can process messages in uploads-poison"),
    ("events.tf", "storage_account_id = azurerm_storage_account.operations.id",
     "storage_account_id = azurerm_storage_account.media.id",
     "azurerm_storage_queue.main: lies elsewhere than in operations"),
    ("events.tf", DELIVERED_AS, "", "uploads: delivers with a key of the account"),
    ("events.tf", '  identity {\n    type = "System', '  identity {\n    type = "User',
     "media: only a system-assigned identity gets past a firewall"),
    ("events.tf", "/blobs/incoming/", "/blobs/", "uploads: tells of more than incoming/"),
    ("events.tf", '["Microsoft.Storage.BlobCreated"]', '["Microsoft.Storage.BlobDeleted"]',
     "uploads: tells of more than blobs that were created"),
    ("monitoring.tf", "events = azurerm_eventgrid_system_topic.media[0].id", "",
     "azurerm_eventgrid_system_topic.media: has no diagnostic setting"),
    ("monitoring.tf", "/queueServices/default", "/tableServices/default",
     "azurerm_storage_queue.main: has no diagnostic setting"),
    ("network.tf", 'part = "queue"', 'part = "table"',
     "azurerm_storage_queue.main: has no private endpoint"),
    ("watching.tf", "    silent = {", "    quiet = {", "nobody is told of silent"),
    ("watching.tf", "action_groups = [azurerm_monitor_action_group.main.id]",
     "action_groups = []", "alert_v2.main: tells nobody"),
    ("watching.tf", 'replace(each.value.query, "AppMetrics\\n", "${local.measurements}\\n")',
     "each.value.query", "alert_v2.main: asks for a table that is not there yet"),
    ("watching.tf", "= var.contact_email", '= "somebody@example.org"',
     "azurerm_monitor_action_group.main: does not reach contact_email"),
    ("versions.tf", "data_plane_available = false", "data_plane_available = true",
     "features.storage.data_plane_available must be False"),
    ("versions.tf", "disable_generated_rule = true", "generated_rule = false",
     "provider.azurerm.features.application_insights: generated_rule is not known"),
    ("machine_learning.tf", '"Identity"', '"AccessKey"',
     "azurerm_machine_learning_workspace.main: does not sign in to its account as itself"),
    ("machine_learning.tf", '"Identity"', '"Identities"',
     "systemDatastoresAuthMode = 'Identities' is none of"),
    ("machine_learning.tf", "systemDatastoresAuthMode =", "systemDatastoreAuthMode =",
     "workspace: properties.systemDatastoreAuthMode is not known to Azure"),
    ("machine_learning.tf", "workspaces@2025-01-01-preview", "workspaces@2025-01-01",
     "workspaces@2025-01-01 is not in azapi.json"),
    ("identities.tf", '"Storage Blob Delegator"', '"Storage Blob Data Reader"',
     "uploaders can read work/styled/shard.nut in media"),
    ("events.tf", "included_event_types  =", "event_types  =",
     "uploads: event_types is not known to the provider"),
]  # fmt: skip


def faults(folder: Path) -> list[str]:
    found = load(folder)
    return [
        *schema.faults(found),
        *policy.faults(found),
        *roles.faults(found),
        *events.faults(found),
    ]


def test_nothing_is_found_in_infra() -> None:
    assert len(load(INFRA).resources) >= 50
    assert faults(INFRA) == []


@pytest.mark.parametrize(("file", "old", "new", "expected"), PLANTED, ids=lambda text: text[:40])
def test_a_planted_fault_is_found(
    tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    found = faults(changed(tmp_path, file, old, new))
    assert [fault for fault in found if expected in fault], found


def test_what_cannot_be_parsed_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"main\.tf: not HCL"):
        load(changed(tmp_path, "main.tf", "tags     = local.tags", "tags     = local.tags }"))


def test_there_are_no_secrets_in_infra() -> None:
    assert list(programs.secret_faults(INFRA)) == []


@pytest.mark.parametrize(
    ("secret", "rule"),
    [
        (f'"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={KEY}"', "azure-account-key"),
        (f'"https://a.blob.core.windows.net/media?{SIGNATURE}"', "azure-sas"),
    ],
)
def test_a_secret_in_a_file_is_found_and_not_repeated(
    tmp_path: Path, secret: str, rule: str
) -> None:
    copy = changed(tmp_path, "main.tf", '"terraform"', secret)
    found = list(programs.secret_faults(copy))
    assert f"main.tf:6: a secret ({rule})" in found
    assert not [fault for fault in found if KEY[:20] in fault or SIGNATURE[-20:] in fault]


def test_files_are_written_as_terraform_would(tmp_path: Path) -> None:
    if not (shutil.which("terraform") or shutil.which("tofu")):
        pytest.skip("terraform fmt is not checked: neither terraform nor tofu is installed")
    assert list(programs.format_faults(INFRA)) == []
    copy = changed(tmp_path, "main.tf", "location = var.location", "location=var.location")
    assert list(programs.format_faults(copy)) == ["main.tf: not as 'terraform fmt' writes it"]
