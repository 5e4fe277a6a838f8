output "settings" {
  description = "docker/settings.env for the host. Its one confidential line lets whoever has it send measurements."
  sensitive   = true
  value       = <<-SETTINGS
    AZURE_CLIENT_ID=${azurerm_user_assigned_identity.main["host"].client_id}
    STYLE_PIPELINE_STORE=${azurerm_storage_account.media.primary_blob_endpoint}${azurerm_storage_container.media.name}
    APPLICATIONINSIGHTS_CONNECTION_STRING=${azurerm_application_insights.main.connection_string}
    STYLE_PIPELINE_LAUNCHER=azure_ml
    STYLE_PIPELINE_AZURE_SUBSCRIPTION=${var.subscription_id}
    STYLE_PIPELINE_AZURE_RESOURCE_GROUP=${azurerm_resource_group.main.name}
    STYLE_PIPELINE_AZURE_WORKSPACE=${azurerm_machine_learning_workspace.main.name}
    STYLE_PIPELINE_AZURE_OPERATIONS=${azurerm_storage_account.operations.primary_blob_endpoint}${azurerm_storage_container.messages.name}
    STYLE_PIPELINE_AZURE_COMPUTE=${azurerm_machine_learning_compute_cluster.painters.name}
    STYLE_PIPELINE_AZURE_NODES=${var.max_nodes}
    STYLE_PIPELINE_AZURE_VM_SIZE=${var.vm_size}
    STYLE_PIPELINE_AZURE_PRIORITY=${var.low_priority ? "low_priority" : "dedicated"}
    STYLE_PIPELINE_AZURE_IDLE_SECONDS=${var.idle_seconds}
    STYLE_PIPELINE_AZURE_SUBNET=${azurerm_subnet.main["nodes"].id}
    STYLE_PIPELINE_AZURE_IDENTITY=${azurerm_user_assigned_identity.main["nodes"].id}
    STYLE_PIPELINE_AZURE_IDENTITY_CLIENT=${azurerm_user_assigned_identity.main["nodes"].client_id}
    ${join("\n", [for name, value in local.settings_events : "${name}=${value}"])}
  SETTINGS
}

output "host" {
  description = "Resource id of the host, for 'az network bastion ssh --target-resource-id'."
  value       = azurerm_linux_virtual_machine.host.id
}

output "media" {
  description = "The account that videos are dropped into."
  value       = azurerm_storage_account.media.name
}

output "operations" {
  description = "The account of code, logs and messages, which is reached from within the network alone."
  value       = azurerm_storage_account.operations.name
}

output "workspace" {
  description = "The Azure ML workspace."
  value       = azurerm_machine_learning_workspace.main.name
}
