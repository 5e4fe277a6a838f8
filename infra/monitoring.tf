locals {
  # Everything that can report does; a check compares this list with the resources there are.
  reporting = {
    media      = "${azurerm_storage_account.media.id}/blobServices/default"
    operations = "${azurerm_storage_account.operations.id}/blobServices/default"
    vault      = azurerm_key_vault.main.id
    registry   = azurerm_container_registry.main.id
    workspace  = azurerm_machine_learning_workspace.main.id
    network    = azurerm_virtual_network.main.id
    outbound   = azurerm_public_ip.outbound.id
  }
  # The same for what may be left out, and for what reports no measurements.
  reporting_bastion = var.bastion ? {
    bastion  = azurerm_bastion_host.main[0].id
    entrance = azurerm_public_ip.bastion[0].id
  } : {}
  reporting_events = var.events ? {
    events = azurerm_eventgrid_system_topic.media[0].id
    queues = "${azurerm_storage_account.operations.id}/queueServices/default"
  } : {}
  reporting_subnets = { for name, group in azurerm_network_security_group.main : name => group.id }
}

resource "azurerm_log_analytics_workspace" "main" {
  name                = var.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  sku                 = "PerGB2018"
  retention_in_days   = 90
  tags                = local.tags
}

resource "azurerm_application_insights" "main" {
  name                = var.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  application_type    = "web"
  workspace_id        = azurerm_log_analytics_workspace.main.id
  tags                = local.tags
}

resource "azurerm_monitor_diagnostic_setting" "main" {
  for_each                   = merge(local.reporting, local.reporting_bastion, local.reporting_events)
  name                       = "everything"
  target_resource_id         = each.value
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  enabled_log {
    category_group = "allLogs"
  }

  enabled_metric {
    category = "AllMetrics"
  }
}

resource "azurerm_monitor_diagnostic_setting" "subnets" {
  for_each                   = local.reporting_subnets
  name                       = "everything"
  target_resource_id         = each.value
  log_analytics_workspace_id = azurerm_log_analytics_workspace.main.id

  enabled_log {
    category_group = "allLogs"
  }
}

resource "azurerm_consumption_budget_resource_group" "main" {
  name              = var.name
  resource_group_id = azurerm_resource_group.main.id
  amount            = var.monthly_budget
  time_grain        = "Monthly"

  time_period {
    start_date = var.budget_start
  }

  notification {
    operator       = "GreaterThanOrEqualTo"
    threshold      = 80
    contact_emails = [var.contact_email]
  }

  notification {
    operator       = "GreaterThanOrEqualTo"
    threshold      = 100
    contact_emails = [var.contact_email]
  }
}
