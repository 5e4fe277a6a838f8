# Names that must be unique in all of Azure end in a piece of the subscription's hash.
locals {
  unique = "${var.name}${substr(sha256("${var.subscription_id}/${var.name}"), 0, 6)}"
  tags = {
    application = "style_pipeline"
    managed_by  = "terraform"
  }
}

resource "azurerm_resource_group" "main" {
  name     = var.name
  location = var.location
  tags     = local.tags
}
