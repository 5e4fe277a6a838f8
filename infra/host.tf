# The machine that runs docker/compose.yaml: Dagster, its records, and FFmpeg. It has no public
# address; people come by the bastion, or from a network that is joined to this one.

resource "azurerm_network_interface" "host" {
  name                = "${var.name}-host"
  location            = azurerm_resource_group.main.location
  resource_group_name = azurerm_resource_group.main.name
  tags                = local.tags

  ip_configuration {
    name                          = "host"
    subnet_id                     = azurerm_subnet.main["host"].id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine" "host" {
  #checkov:skip=CKV_AZURE_50:The one extension lets operators sign in as themselves
  name                            = "${var.name}-host"
  location                        = azurerm_resource_group.main.location
  resource_group_name             = azurerm_resource_group.main.name
  size                            = var.host_size
  network_interface_ids           = [azurerm_network_interface.host.id]
  admin_username                  = "azureuser"
  disable_password_authentication = true
  secure_boot_enabled             = true
  vtpm_enabled                    = true
  patch_mode                      = "AutomaticByPlatform"
  patch_assessment_mode           = "AutomaticByPlatform"
  custom_data                     = filebase64("${path.module}/host.yaml")
  tags                            = local.tags

  admin_ssh_key {
    username   = "azureuser"
    public_key = var.host_public_key
  }

  # Room for Dagster's records and, for each run, one video with its frames.
  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
    disk_size_gb         = 512
  }

  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.main["host"].id]
  }

  # Another image or another start-up file would make another machine, without Dagster's records.
  lifecycle {
    ignore_changes = [source_image_reference, custom_data]
  }
}

# Operators log in as themselves.
resource "azurerm_virtual_machine_extension" "sign_in" {
  name                       = "AADSSHLoginForLinux"
  virtual_machine_id         = azurerm_linux_virtual_machine.host.id
  publisher                  = "Microsoft.Azure.ActiveDirectory"
  type                       = "AADSSHLoginForLinux"
  type_handler_version       = "1.0"
  auto_upgrade_minor_version = true
  tags                       = local.tags
}
