# Two accounts, as people outside may be let into the first and never into the second: media in one;
# code, logs, messages of jobs and learnt styles in the other.

resource "azurerm_storage_account" "media" {
  #checkov:skip=CKV2_AZURE_1:Encrypted with keys that Microsoft keeps, twice; the pictures are no secret whose key must be ours
  #checkov:skip=CKV_AZURE_206:Copies in three zones of one region; a second region is the media owner's choice
  #checkov:skip=CKV_AZURE_33:No queues are used; blobs are logged by the diagnostic settings
  name                              = "${local.unique}m"
  location                          = azurerm_resource_group.main.location
  resource_group_name               = azurerm_resource_group.main.name
  account_kind                      = "StorageV2"
  account_tier                      = "Standard"
  account_replication_type          = "ZRS"
  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  allowed_copy_scope                = "AAD"
  public_network_access_enabled     = length(var.uploader_networks) > 0
  tags                              = local.tags

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
    ip_rules       = var.uploader_networks
  }

  blob_properties {
    # The lifecycle rule below asks when something was last used.
    last_access_time_enabled = true

    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }
}

resource "azurerm_storage_container" "media" {
  #checkov:skip=CKV2_AZURE_21:Reads are logged by azurerm_monitor_diagnostic_setting.main, which this rule does not know
  name                  = "media"
  storage_account_id    = azurerm_storage_account.media.id
  container_access_type = "private"
}

# Frames and painted shards are made again where they are missed; sources and results stay.
resource "azurerm_storage_management_policy" "media" {
  storage_account_id = azurerm_storage_account.media.id

  rule {
    name    = "clear-work"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["media/work/"]
    }

    actions {
      base_blob {
        delete_after_days_since_last_access_time_greater_than = var.work_days
      }
    }
  }
}

resource "azurerm_storage_account" "operations" {
  #checkov:skip=CKV2_AZURE_1:Encrypted with keys that Microsoft keeps, twice; the pictures are no secret whose key must be ours
  #checkov:skip=CKV_AZURE_206:Copies in three zones of one region; a second region is the media owner's choice
  #checkov:skip=CKV_AZURE_33:Blobs and queues are logged by the diagnostic settings, which this rule does not know
  name                              = "${local.unique}o"
  location                          = azurerm_resource_group.main.location
  resource_group_name               = azurerm_resource_group.main.name
  account_kind                      = "StorageV2"
  account_tier                      = "Standard"
  account_replication_type          = "ZRS"
  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  shared_access_key_enabled         = false
  default_to_oauth_authentication   = true
  local_user_enabled                = false
  allow_nested_items_to_be_public   = false
  cross_tenant_replication_enabled  = false
  infrastructure_encryption_enabled = true
  allowed_copy_scope                = "AAD"
  public_network_access_enabled     = false
  tags                              = local.tags

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }

  blob_properties {
    delete_retention_policy {
      days = 7
    }

    container_delete_retention_policy {
      days = 7
    }
  }
}

resource "azurerm_storage_container" "messages" {
  #checkov:skip=CKV2_AZURE_21:Reads are logged by azurerm_monitor_diagnostic_setting.main, which this rule does not know
  name                  = "messages"
  storage_account_id    = azurerm_storage_account.operations.id
  container_access_type = "private"
}

resource "azurerm_storage_management_policy" "operations" {
  storage_account_id = azurerm_storage_account.operations.id

  # Of that container only what jobs have said: learnt styles lie there too, and stay.
  rule {
    name    = "clear-messages"
    enabled = true

    filters {
      blob_types   = ["blockBlob"]
      prefix_match = ["messages/messages/"]
    }

    actions {
      base_blob {
        delete_after_days_since_modification_greater_than = 30
      }
    }
  }
}
