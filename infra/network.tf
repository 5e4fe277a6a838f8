locals {
  subnets = {
    nodes     = "10.42.0.0/24" # GPU nodes
    build     = "10.42.1.0/26" # where Azure ML builds the worker's image
    host      = "10.42.1.64/26"
    endpoints = "10.42.2.0/25"
  }

  # What an Azure ML node must reach, by service tag: nothing else leaves the nodes' subnet.
  node_outbound = {
    sign-in   = { priority = 100, tag = "AzureActiveDirectory", ports = ["443"] }
    workspace = { priority = 110, tag = "AzureMachineLearning", ports = ["443", "8787", "18881"] }
    batch     = { priority = 120, tag = "BatchNodeManagement.${var.location}", ports = ["443"] }
    manager   = { priority = 130, tag = "AzureResourceManager", ports = ["443"] }
    images    = { priority = 140, tag = "MicrosoftContainerRegistry", ports = ["443"] }
    front     = { priority = 150, tag = "AzureFrontDoor.FirstParty", ports = ["443"] }
    system    = { priority = 160, tag = "Storage.${var.location}", ports = ["443"] }
    monitor   = { priority = 170, tag = "AzureMonitor", ports = ["443"] }
    network   = { priority = 180, tag = "VirtualNetwork", ports = ["0-65535"] }
  }

  zones = {
    blob      = "privatelink.blob.core.windows.net"
    file      = "privatelink.file.core.windows.net"
    queue     = "privatelink.queue.core.windows.net"
    vault     = "privatelink.vaultcore.azure.net"
    registry  = "privatelink.azurecr.io"
    workspace = "privatelink.api.azureml.ms"
    notebooks = "privatelink.notebooks.azure.net"
  }

  endpoints = {
    media          = { target = azurerm_storage_account.media.id, part = "blob", zones = ["blob"] }
    operations     = { target = azurerm_storage_account.operations.id, part = "blob", zones = ["blob"] }
    operationsfile = { target = azurerm_storage_account.operations.id, part = "file", zones = ["file"] }
    vault          = { target = azurerm_key_vault.main.id, part = "vault", zones = ["vault"] }
    registry       = { target = azurerm_container_registry.main.id, part = "registry", zones = ["registry"] }
    workspace = {
      target = azurerm_machine_learning_workspace.main.id
      part   = "amlworkspace"
      zones  = ["workspace", "notebooks"]
    }
  }
  endpoints_events = var.events ? {
    operationsqueue = { target = azurerm_storage_account.operations.id, part = "queue", zones = ["queue"] }
  } : {}
}

resource "azurerm_virtual_network" "main" {
  name                = var.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  address_space       = ["10.42.0.0/22"]
  tags                = local.tags
}

resource "azurerm_subnet" "main" {
  for_each                          = local.subnets
  name                              = each.key
  resource_group_name               = azurerm_resource_group.main.name
  virtual_network_name              = azurerm_virtual_network.main.name
  address_prefixes                  = [each.value]
  default_outbound_access_enabled   = false
  private_endpoint_network_policies = "Enabled"
}

# One address for all that leaves; nothing comes in by it.
resource "azurerm_public_ip" "outbound" {
  name                = "${var.name}-outbound"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags
}

resource "azurerm_nat_gateway" "main" {
  name                = var.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  sku_name            = "Standard"
  tags                = local.tags
}

resource "azurerm_nat_gateway_public_ip_association" "main" {
  nat_gateway_id       = azurerm_nat_gateway.main.id
  public_ip_address_id = azurerm_public_ip.outbound.id
}

resource "azurerm_subnet_nat_gateway_association" "main" {
  for_each       = toset(["nodes", "build", "host"])
  subnet_id      = azurerm_subnet.main[each.value].id
  nat_gateway_id = azurerm_nat_gateway.main.id
}

# Azure's own rules let the virtual network in and nothing from outside.
resource "azurerm_network_security_group" "main" {
  for_each            = local.subnets
  name                = "${var.name}-${each.key}"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_subnet_network_security_group_association" "main" {
  for_each                  = local.subnets
  subnet_id                 = azurerm_subnet.main[each.key].id
  network_security_group_id = azurerm_network_security_group.main[each.key].id
}

resource "azurerm_network_security_rule" "node_outbound" {
  for_each                    = local.node_outbound
  name                        = each.key
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.main["nodes"].name
  priority                    = each.value.priority
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "*"
  source_address_prefix       = "VirtualNetwork"
  source_port_range           = "*"
  destination_address_prefix  = each.value.tag
  destination_port_ranges     = each.value.ports
}

resource "azurerm_network_security_rule" "no_other_outbound" {
  name                        = "nothing-else"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.main["nodes"].name
  priority                    = 4000
  direction                   = "Outbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_private_dns_zone" "main" {
  for_each            = local.zones
  name                = each.value
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "main" {
  for_each              = local.zones
  name                  = var.name
  resource_group_name   = azurerm_resource_group.main.name
  private_dns_zone_name = azurerm_private_dns_zone.main[each.key].name
  virtual_network_id    = azurerm_virtual_network.main.id
  tags                  = local.tags
}

resource "azurerm_private_endpoint" "main" {
  for_each            = merge(local.endpoints, local.endpoints_events)
  name                = "${var.name}-${each.key}"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  subnet_id           = azurerm_subnet.main["endpoints"].id
  tags                = local.tags

  private_service_connection {
    name                           = each.key
    private_connection_resource_id = each.value.target
    subresource_names              = [each.value.part]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = each.key
    private_dns_zone_ids = [for zone in each.value.zones : azurerm_private_dns_zone.main[zone].id]
  }
}

# The way in for operators: a tunnel that only those may open who can sign in.
resource "azurerm_subnet" "bastion" {
  #checkov:skip=CKV2_AZURE_31:Azure's own bastion filters by itself and lets nobody in who cannot sign in
  count                = var.bastion ? 1 : 0
  name                 = "AzureBastionSubnet"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.42.1.128/26"]
}

resource "azurerm_public_ip" "bastion" {
  count               = var.bastion ? 1 : 0
  name                = "${var.name}-bastion"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags
}

resource "azurerm_bastion_host" "main" {
  count               = var.bastion ? 1 : 0
  name                = var.name
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  sku                 = "Standard"
  tunneling_enabled   = true
  tags                = local.tags

  ip_configuration {
    name                 = "bastion"
    subnet_id            = azurerm_subnet.bastion[0].id
    public_ip_address_id = azurerm_public_ip.bastion[0].id
  }
}
