variable "subscription_id" {
  description = "The subscription that everything is made in: 'az account show --query id --output tsv'."
  type        = string

  validation {
    condition     = can(regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", var.subscription_id))
    error_message = "Not a subscription's id; copy it from 'az account show --query id --output tsv'."
  }
}

variable "location" {
  description = "A region in which the subscription has quota for 'vm_size'."
  type        = string
  default     = "westeurope"
}

variable "name" {
  description = "What all names begin with."
  type        = string
  default     = "stylepipeline"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,12}$", var.name))
    error_message = "3 to 13 small letters and digits, a letter first: storage accounts are named after it."
  }
}

variable "uploaders" {
  description = "Object ids of the Entra ID groups whose members drop videos into incoming/ and take paintings from outputs/."
  type        = set(string)
  default     = []
}

variable "uploader_networks" {
  description = "Public address ranges from which they may reach the media; none: through the virtual network alone."
  type        = set(string)
  default     = []
}

variable "operators" {
  description = "Object ids of the Entra ID groups whose members look after the platform: log in to the host, read logs."
  type        = set(string)
  default     = []
}

variable "contact_email" {
  description = "Who is told when the budget runs out, and when something is wrong."
  type        = string

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+$", var.contact_email))
    error_message = "Not an address for mail; where your account has none, write another into terraform.tfvars."
  }
}

variable "monthly_budget" {
  description = "In the subscription's currency; mail is sent at 80 and 100 per cent. It stops nothing."
  type        = number
  default     = 500
}

variable "daily_cost" {
  description = "What painting may cost in a day, by the table of prices, before mail is sent. It stops nothing; STYLE_PIPELINE_DAILY_COST does."
  type        = number
  default     = 50
}

variable "budget_start" {
  description = "First day of the month from which the budget counts."
  type        = string
  default     = "2026-01-01T00:00:00Z"
}

variable "host_public_key" {
  description = "Public half of the key that the host's administrator logs in with; the content of a .pub file."
  type        = string
}

variable "host_size" {
  description = "The machine that runs Dagster and FFmpeg; it does not paint."
  type        = string
  default     = "Standard_D4s_v5"
}

variable "bastion" {
  description = "Whether to make an Azure Bastion to reach the host by; false where a VPN or a peering leads into the network."
  type        = bool
  default     = true
}

variable "vm_size" {
  description = "Machine of a node of the cluster."
  type        = string
  default     = "Standard_NC4as_T4_v3"
}

variable "max_nodes" {
  description = "Most nodes at a time. The least is none, always."
  type        = number
  default     = 4

  validation {
    condition     = var.max_nodes >= 1 && var.max_nodes <= 1000
    error_message = "From 1 to 1000."
  }
}

variable "low_priority" {
  description = "Spare machines, cheaper, that can be taken away: jobs go on with what is missing. False: dedicated ones."
  type        = bool
  default     = true
}

variable "idle_seconds" {
  description = "Idle time before a node is given back."
  type        = number
  default     = 120

  validation {
    condition     = var.idle_seconds >= 60 && var.idle_seconds <= 86400
    error_message = "From 60 to 86400."
  }
}

variable "work_days" {
  description = "Days after its last use that something in work/ is cleared. Far longer than any run."
  type        = number
  default     = 30

  validation {
    condition     = var.work_days >= 8
    error_message = "At least 8: nothing may be cleared that a run, or the run that is to resume it, still needs."
  }
}

variable "events" {
  description = "Whether Event Grid is to tell of uploads, beside the listing: for an incoming/ so large that listing it every few seconds costs too much."
  type        = bool
  default     = false
}
