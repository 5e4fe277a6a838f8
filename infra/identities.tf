# Who there is, and what each may do: nothing that is not written here. No one has a password.

locals {
  identities = toset(["host", "nodes", "build", "workspace"])

  blob_path  = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]"
  container  = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]"
  blobs      = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
  changes    = ["${local.blobs}/write", "${local.blobs}/add/action", "${local.blobs}/delete", "${local.blobs}/deleteBlobVersion/action"]
  no_changes = join(" AND ", [for action in local.changes : "!(ActionMatches{'${action}'})"])

  # In media, people read what is theirs to read and write where videos are dropped.
  upload_only = <<-CONDITION
    (
      (!(ActionMatches{'${local.blobs}/read'} AND NOT SubOperationMatches{'Blob.List'}))
      OR (${local.blob_path} StringLike 'incoming/*')
      OR (${local.blob_path} StringLike 'outputs/*')
    )
    AND
    (
      (${local.no_changes})
      OR (${local.blob_path} StringLike 'incoming/*')
    )
  CONDITION

  # In operations, nodes read code and learnt styles, and write logs and messages. Code lies in
  # another container; learnt styles lie beside the messages.
  logs_and_messages_only = <<-CONDITION
    (
      (${local.no_changes})
      OR (${local.container} StringEquals 'azureml')
      OR
      (
        (${local.container} StringEquals 'messages')
        AND (${local.blob_path} StringLike 'messages/*')
      )
    )
  CONDITION

  workspace_roles = {
    media      = { scope = azurerm_storage_account.operations.id, role = "Storage Blob Data Contributor" }
    files      = { scope = azurerm_storage_account.operations.id, role = "Storage File Data Privileged Contributor" }
    account    = { scope = azurerm_storage_account.operations.id, role = "Storage Account Contributor" }
    vault      = { scope = azurerm_key_vault.main.id, role = "Key Vault Administrator" }
    registry   = { scope = azurerm_container_registry.main.id, role = "AcrPush" }
    monitoring = { scope = azurerm_application_insights.main.id, role = "Contributor" }
  }
}

resource "azurerm_user_assigned_identity" "main" {
  for_each            = local.identities
  name                = "${var.name}-${each.value}"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

# --- the host: Dagster -----------------------------------------------------------------------

resource "azurerm_role_assignment" "host_media" {
  scope                = azurerm_storage_container.media.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.main["host"].principal_id
}

# Uploads the code of jobs, reads their messages and logs, keeps learnt styles.
resource "azurerm_role_assignment" "host_operations" {
  scope                = azurerm_storage_account.operations.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.main["host"].principal_id
}

# Submits, watches and cancels jobs, registers the environment; makes no machines.
resource "azurerm_role_assignment" "host_workspace" {
  scope                = azurerm_machine_learning_workspace.main.id
  role_definition_name = "AzureML Data Scientist"
  principal_id         = azurerm_user_assigned_identity.main["host"].principal_id
}

# Takes messages of uploads, and puts aside those that nobody can handle.
resource "azurerm_role_assignment" "host_uploads" {
  count                = var.events ? 1 : 0
  scope                = azurerm_storage_queue.main["uploads"].resource_manager_id
  role_definition_name = "Storage Queue Data Message Processor"
  principal_id         = azurerm_user_assigned_identity.main["host"].principal_id
}

resource "azurerm_role_assignment" "host_poison" {
  count                = var.events ? 1 : 0
  scope                = azurerm_storage_queue.main["uploads-poison"].resource_manager_id
  role_definition_name = "Storage Queue Data Message Sender"
  principal_id         = azurerm_user_assigned_identity.main["host"].principal_id
}

# --- Event Grid ------------------------------------------------------------------------------

resource "azurerm_role_assignment" "topic_uploads" {
  count                = var.events ? 1 : 0
  scope                = azurerm_storage_queue.main["uploads"].resource_manager_id
  role_definition_name = "Storage Queue Data Message Sender"
  principal_id         = azurerm_eventgrid_system_topic.media[0].identity[0].principal_id
}

# --- the nodes that paint --------------------------------------------------------------------

resource "azurerm_role_assignment" "nodes_media" {
  scope                = azurerm_storage_container.media.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.main["nodes"].principal_id
}

resource "azurerm_role_assignment" "nodes_operations" {
  scope                = azurerm_storage_account.operations.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.main["nodes"].principal_id
  condition            = local.logs_and_messages_only
  condition_version    = "2.0"
}

resource "azurerm_role_assignment" "nodes_registry" {
  scope                = azurerm_container_registry.main.id
  role_definition_name = "AcrPull"
  principal_id         = azurerm_user_assigned_identity.main["nodes"].principal_id
}

# --- the machine that builds the worker's image ----------------------------------------------

resource "azurerm_role_assignment" "build_registry" {
  scope                = azurerm_container_registry.main.id
  role_definition_name = "AcrPush"
  principal_id         = azurerm_user_assigned_identity.main["build"].principal_id
}

resource "azurerm_role_assignment" "build_operations" {
  scope                = azurerm_storage_account.operations.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.main["build"].principal_id
  condition            = local.logs_and_messages_only
  condition_version    = "2.0"
}

# --- Azure ML itself -------------------------------------------------------------------------

resource "azurerm_role_assignment" "workspace" {
  for_each             = local.workspace_roles
  scope                = each.value.scope
  role_definition_name = each.value.role
  principal_id         = azurerm_user_assigned_identity.main["workspace"].principal_id
}

# --- people ----------------------------------------------------------------------------------

resource "azurerm_role_assignment" "uploaders_media" {
  for_each             = var.uploaders
  scope                = azurerm_storage_container.media.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = each.value
  condition            = local.upload_only
  condition_version    = "2.0"
}

# Lets them sign for others, who then may do no more than they may themselves. Azure gives out what
# is signed with for a whole account only.
resource "azurerm_role_assignment" "uploaders_signatures" {
  for_each             = var.uploaders
  scope                = azurerm_storage_account.media.id
  role_definition_name = "Storage Blob Delegator"
  principal_id         = each.value
}

resource "azurerm_role_assignment" "operators_host" {
  for_each             = var.operators
  scope                = azurerm_linux_virtual_machine.host.id
  role_definition_name = "Virtual Machine Administrator Login"
  principal_id         = each.value
}

# Sees everything in the resource group, jobs and logs too, and changes nothing.
resource "azurerm_role_assignment" "operators_everything" {
  for_each             = var.operators
  scope                = azurerm_resource_group.main.id
  role_definition_name = "Reader"
  principal_id         = each.value
}

resource "azurerm_role_assignment" "operators_operations" {
  for_each             = var.operators
  scope                = azurerm_storage_account.operations.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = each.value
}

# Sees the messages that were put aside, and what each was about.
resource "azurerm_role_assignment" "operators_poison" {
  for_each             = var.events ? var.operators : toset([])
  scope                = azurerm_storage_queue.main["uploads-poison"].resource_manager_id
  role_definition_name = "Storage Queue Data Reader"
  principal_id         = each.value
}
