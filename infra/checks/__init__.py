"""Offline checks of the Terraform files: ``python -m infra.checks``."""
