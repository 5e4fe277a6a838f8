"""Answers about where things are: the cloud, the workspace, its services, its datastores."""

import uuid

from style_pipeline_tests.azure_ml.artifacts import DATASTORES
from style_pipeline_tests.azure_ml.blobs import ACCOUNT, KEY
from style_pipeline_tests.azure_ml.state import (
    ARM,
    SUBSCRIPTION,
    Document,
    Refusal,
    State,
    resource,
)
from style_pipeline_tests.azure_ml.web import Reply, Request

_RESOURCES = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/studio/providers"


def metadata(state: State, request: Request) -> Reply:
    """The clouds that there are: one. Shape: the SDK's source."""
    base = f"{state.base_url}/"
    signing_in = {"loginEndpoint": base, "audiences": [base], "tenant": "common"}
    cloud = {
        "name": "LocalCloud",
        "portal": "https://portal.localhost/",
        "resourceManager": base,
        "authentication": {**signing_in, "identityProvider": "AAD"},
        "suffixes": {
            "storage": state.artifacts.blobs.endpoint,
            "keyVaultDns": "vault.localhost",
        },
    }
    return Reply(200, [cloud])


def discovery(state: State, request: Request) -> Reply:
    """Where the workspace's services are: all here."""
    services = ("api", "history", "experimentation", "catalog", "registry")
    return Reply(200, dict.fromkeys(services, state.base_url))


def workspace(state: State, request: Request) -> Reply:
    """The workspace itself. Shape: the type descriptions."""
    properties = {
        "workspaceId": str(uuid.uuid5(uuid.NAMESPACE_URL, ARM)),
        "friendlyName": "paintings",
        "description": "",
        "provisioningState": "Succeeded",
        "discoveryUrl": f"{state.base_url}/discovery",
        "mlFlowTrackingUri": f"azureml://127.0.0.1/mlflow/v1.0{ARM}",
        "hbiWorkspace": False,
        "publicNetworkAccess": "Enabled",
        "v1LegacyMode": False,
        "storageAccount": f"{_RESOURCES}/Microsoft.Storage/storageAccounts/{ACCOUNT}",
        "keyVault": f"{_RESOURCES}/Microsoft.KeyVault/vaults/keys",
        "applicationInsights": f"{_RESOURCES}/Microsoft.Insights/components/insights",
    }
    more = {"location": "local", "identity": {"type": "SystemAssigned"}, "tags": {}}
    return Reply(200, resource("", "", properties, **more))


def datastores(state: State, request: Request) -> Reply:
    """The default datastore."""
    if request.query.get("isDefault") != "true":
        raise Refusal(400, "UserError", "only the default datastore is ever listed")
    return Reply(200, {"value": [_datastore(state, "workspaceblobstore")]})


def datastore(state: State, request: Request, name: str) -> Reply:
    return Reply(200, _datastore(state, name))


def secrets(state: State, request: Request, name: str) -> Reply:
    """The account's key, which is public in Azurite."""
    _datastore(state, name)
    return Reply(200, {"secretsType": "AccountKey", "key": KEY})


def _datastore(state: State, name: str) -> Document:
    if name not in DATASTORES:
        raise Refusal(404, "UserError", f"there is no datastore {name}")
    credentials = {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey"}}
    properties = {
        "datastoreType": "AzureBlob",
        "isDefault": name == "workspaceblobstore",
        "accountName": ACCOUNT,
        "containerName": DATASTORES[name],
        "endpoint": state.artifacts.blobs.endpoint,
        "protocol": "https",
        "credentials": credentials,
        "serviceDataAccessAuthIdentity": "None",
        "tags": {},
        "properties": {},
    }
    return resource("/datastores", f"datastores/{name}", properties)
