"""What Terraform makes is what the product asks for: settings, names, defaults."""

import re

from infra.checks.configuration import load
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.settings import VARIABLES
from style_pipeline_tests.infra.copies import INFRA

FOUND = load(INFRA)
SETTINGS = re.findall(r"^\s*(\w+)=", FOUND.outputs["settings"]["value"], re.MULTILINE)
DEFAULTS = AzureSettings("", "", "", "")


def cluster() -> dict[str, object]:
    (found,) = [each for each in FOUND.resources if each.name == "painters"]
    return dict(found.body)


def test_the_settings_that_come_out_exist() -> None:
    assert set(SETTINGS) - VARIABLES.keys() == {"AZURE_CLIENT_ID"}
    assert len(SETTINGS) == len(set(SETTINGS))


def test_all_that_only_azure_knows_comes_out() -> None:
    """What has no default, and the ids that nobody can guess."""
    needed = {"SUBSCRIPTION", "RESOURCE_GROUP", "WORKSPACE", "OPERATIONS"}
    ids = {"SUBNET", "IDENTITY", "IDENTITY_CLIENT"}
    assert {f"STYLE_PIPELINE_AZURE_{name}" for name in needed | ids} <= set(SETTINGS)


def test_the_cluster_is_the_one_that_the_product_would_make() -> None:
    assert cluster()["name"] == DEFAULTS.compute
    variables = {name: body.get("default") for name, body in FOUND.variables.items()}
    assert variables["vm_size"] == DEFAULTS.vm_size
    assert variables["max_nodes"] == DEFAULTS.nodes
    assert variables["idle_seconds"] == DEFAULTS.idle_seconds
    assert variables["low_priority"] is (DEFAULTS.priority == "low_priority")


def test_media_and_messages_lie_in_different_accounts() -> None:
    places = dict(
        re.findall(r"(STORE|OPERATIONS)=\$\{(\S+?)\.primary", FOUND.outputs["settings"]["value"])
    )
    assert places == {
        "STORE": "azurerm_storage_account.media",
        "OPERATIONS": "azurerm_storage_account.operations",
    }
