# Where 'events' is set: Event Grid tells of uploads by messages in a queue. The queue lies in
# operations, which no uploader can reach: whoever writes into it could make the platform look, and
# look again, as often as they like. A second queue takes the messages that nobody can handle.

locals {
  queues = var.events ? toset(["uploads", "uploads-poison"]) : toset([])

  # The listing is then there for what no message told of.
  settings_events = var.events ? {
    STYLE_PIPELINE_QUEUE           = "${azurerm_storage_account.operations.primary_queue_endpoint}${azurerm_storage_queue.main["uploads"].name}"
    STYLE_PIPELINE_LISTING_SECONDS = 600
  } : {}
}

resource "azurerm_storage_queue" "main" {
  for_each           = local.queues
  name               = each.value
  storage_account_id = azurerm_storage_account.operations.id
}

# Event Grid delivers by its public way alone. Past the account's firewall it comes as one of Azure's
# trusted services, for which Azure asks that it is the topic itself who signs in.
resource "azurerm_eventgrid_system_topic" "media" {
  count               = var.events ? 1 : 0
  name                = "${var.name}-media"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  source_resource_id  = azurerm_storage_account.media.id
  topic_type          = "Microsoft.Storage.StorageAccounts"
  tags                = local.tags

  identity {
    type = "SystemAssigned"
  }
}

# Without a queue of its own for what it cannot deliver: the listing finds such uploads.
resource "azurerm_eventgrid_system_topic_event_subscription" "uploads" {
  count                 = var.events ? 1 : 0
  name                  = "uploads"
  resource_group_name   = azurerm_resource_group.main.name
  system_topic          = azurerm_eventgrid_system_topic.media[0].name
  event_delivery_schema = "EventGridSchema"
  included_event_types  = ["Microsoft.Storage.BlobCreated"]

  subject_filter {
    subject_begins_with = "/blobServices/default/containers/${azurerm_storage_container.media.name}/blobs/incoming/"
    case_sensitive      = true
  }

  storage_queue_endpoint {
    storage_account_id = azurerm_storage_account.operations.id
    queue_name         = azurerm_storage_queue.main["uploads"].name
  }

  delivery_identity {
    type = "SystemAssigned"
  }

  depends_on = [azurerm_role_assignment.topic_uploads]
}
