resource "azurerm_container_registry" "main" {
  #checkov:skip=CKV_AZURE_164:Content trust is withdrawn by Azure; jobs name the image by version, and one identity may push
  #checkov:skip=CKV_AZURE_165:The image is built again from the repository where a region is lost
  #checkov:skip=CKV_AZURE_166:Quarantine needs a scanner of the company's; Azure ML would find no image until it has run
  #checkov:skip=CKV_AZURE_233:The image is built again from the repository where a zone is lost
  name                          = local.unique
  location                      = azurerm_resource_group.main.location
  resource_group_name           = azurerm_resource_group.main.name
  sku                           = "Premium" # the only one with private endpoints
  admin_enabled                 = false
  anonymous_pull_enabled        = false
  public_network_access_enabled = false
  data_endpoint_enabled         = true
  retention_policy_in_days      = 30
  network_rule_bypass_option    = "AzureServices"
  tags                          = local.tags
}

# Azure ML will not have a workspace without one; the project puts nothing into it.
resource "azurerm_key_vault" "main" {
  name                          = local.unique
  location                      = azurerm_resource_group.main.location
  resource_group_name           = azurerm_resource_group.main.name
  tenant_id                     = data.azurerm_client_config.current.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = false
  tags                          = local.tags

  network_acls {
    bypass         = "AzureServices"
    default_action = "Deny"
  }
}

resource "azurerm_machine_learning_workspace" "main" {
  name                           = var.name
  location                       = azurerm_resource_group.main.location
  resource_group_name            = azurerm_resource_group.main.name
  application_insights_id        = azurerm_application_insights.main.id
  container_registry_id          = azurerm_container_registry.main.id
  key_vault_id                   = azurerm_key_vault.main.id
  storage_account_id             = azurerm_storage_account.operations.id
  public_network_access_enabled  = false
  image_build_compute_name       = "image-build"
  primary_user_assigned_identity = azurerm_user_assigned_identity.main["workspace"].id
  tags                           = local.tags

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.main["workspace"].id]
  }

  depends_on = [azurerm_role_assignment.workspace]
}

# The workspace's account refuses keys, so Azure ML has to sign in to it like everybody else. The other
# provider has no word for that; this one says it in Azure's own.
resource "azapi_update_resource" "workspace" {
  type        = "Microsoft.MachineLearningServices/workspaces@2025-01-01-preview"
  resource_id = azurerm_machine_learning_workspace.main.id

  # Azure has answered with a small letter too.
  ignore_casing = true

  body = {
    properties = {
      systemDatastoresAuthMode = "Identity"
    }
  }
}

# No node, no cost: the least number of nodes is none, in both clusters, always.
resource "azurerm_machine_learning_compute_cluster" "painters" {
  name                          = "style-gpu"
  location                      = azurerm_resource_group.main.location
  machine_learning_workspace_id = azurerm_machine_learning_workspace.main.id
  vm_size                       = var.vm_size
  vm_priority                   = var.low_priority ? "LowPriority" : "Dedicated"
  subnet_resource_id            = azurerm_subnet.main["nodes"].id
  node_public_ip_enabled        = false
  ssh_public_access_enabled     = false
  local_auth_enabled            = false
  tags                          = local.tags

  scale_settings {
    min_node_count                       = 0
    max_node_count                       = var.max_nodes
    scale_down_nodes_after_idle_duration = "PT${var.idle_seconds}S"
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.main["nodes"].id]
  }

  depends_on = [azapi_update_resource.workspace]
}

# Builds the worker's image: with a registry that is private, Azure ML needs a machine of ours for it.
resource "azurerm_machine_learning_compute_cluster" "image_build" {
  name                          = "image-build"
  location                      = azurerm_resource_group.main.location
  machine_learning_workspace_id = azurerm_machine_learning_workspace.main.id
  vm_size                       = "Standard_D4s_v3"
  vm_priority                   = "Dedicated"
  subnet_resource_id            = azurerm_subnet.main["build"].id
  node_public_ip_enabled        = false
  ssh_public_access_enabled     = false
  local_auth_enabled            = false
  tags                          = local.tags

  scale_settings {
    min_node_count                       = 0
    max_node_count                       = 1
    scale_down_nodes_after_idle_duration = "PT120S"
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.main["build"].id]
  }

  depends_on = [azapi_update_resource.workspace]
}
