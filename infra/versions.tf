terraform {
  required_version = ">= 1.9, < 2"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "= 4.55.0"
    }
    azapi = {
      source  = "Azure/azapi"
      version = "= 2.8.0"
    }
  }
}

provider "azurerm" {
  subscription_id     = var.subscription_id
  storage_use_azuread = true

  features {
    # Accounts are closed from their first moment on: whoever applies this could not even look inside.
    storage {
      data_plane_available = false
    }

    # The rest is for 'destroy': Azure would otherwise add rules of its own to the group, which then is
    # not empty, and would keep the workspace's name for two weeks.
    application_insights {
      disable_generated_rule = true
    }

    resource_group {
      prevent_deletion_if_contains_resources = false
    }

    machine_learning {
      purge_soft_deleted_workspace_on_destroy = true
    }

    key_vault {
      purge_soft_delete_on_destroy = false
    }
  }
}

provider "azapi" {
  subscription_id = var.subscription_id
}

data "azurerm_client_config" "current" {}
