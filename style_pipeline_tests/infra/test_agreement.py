"""What Terraform makes is what the product asks for: settings, names, defaults."""

import json
import re

from azure.ai.ml.entities import Workspace

from infra.checks.configuration import load
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.notices import check_queue_url, created
from style_pipeline.settings import VARIABLES
from style_pipeline_tests.infra.copies import INFRA

FOUND = load(INFRA)
SETTINGS = [
    *re.findall(r"^\s*(\w+)=", FOUND.outputs["settings"]["value"], re.MULTILINE),
    *re.findall(r"(\w+) = ", FOUND.locals["settings_events"]),
]
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


def test_an_event_that_is_delivered_is_one_that_the_product_understands() -> None:
    """By the subscription's filter, for a blob in the container that videos are dropped into."""
    (subscription,) = [each for each in FOUND.resources if "event_subscription" in each.type]
    (container,) = [each for each in FOUND.resources if each.address.endswith("container.media")]
    name = "${azurerm_storage_container.media.name}"
    begins = subscription.block("subject_filter")["subject_begins_with"]
    subject = begins.replace(name, container.body["name"]) + "great-wave/film.mp4"
    store = f"https://media.blob.core.windows.net/{container.body['name']}"
    message = {
        "eventType": subscription.body["included_event_types"][0],
        "subject": subject,
        "data": {"url": f"{store}/incoming/great-wave/film.mp4"},
    }
    assert created(json.dumps(message), store) == "incoming/great-wave/film.mp4"


def test_the_queue_for_poison_is_called_as_the_product_calls_it() -> None:
    first, second = re.findall(r'"([\w-]+)"', FOUND.locals["queues"])[:2]
    assert second == f"{first}-poison"
    assert f'main["{first}"].name' in FOUND.locals["settings_events"]
    assert check_queue_url(f"https://operations.queue.core.windows.net/{first}")


def test_azures_own_client_would_say_of_the_workspace_what_terraform_says() -> None:
    """In the same words and at the same place, whatever the case of the value."""
    (said,) = FOUND.of_type("azapi_update_resource")
    asked = Workspace(name="any", location="any", system_datastores_auth_mode="identity")
    sent = asked._to_rest_object().as_dict()["properties"]
    ((name, value),) = said.body["body"]["properties"].items()
    assert sent[name] == value.lower()
