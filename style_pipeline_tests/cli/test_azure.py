"""``style-pipeline azure`` against the local Azure ML, through the unchanged SDK."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from style_pipeline.cli import main
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.fixtures import cloud, running_cloud

__all__ = ["cloud", "running_cloud"]

ROOT = Path(__file__).parents[2]
CLUSTER, IMAGE = "GET computes/{name}", "GET environments/{name}/versions/{version}"
SUBNET = (
    "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/net/providers"
    "/Microsoft.Network/virtualNetworks/studio/subnets/nodes"
)
IDENTITY = (
    "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/studio/providers"
    "/Microsoft.ManagedIdentity/userAssignedIdentities/painter"
)


@pytest.fixture(autouse=True)
def settings(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = {"OPERATIONS": "https://account.blob.core.localhost/operations", "NODES": "3"}
    for name, value in cloud.settings(**chosen).items():
        monkeypatch.setenv(name, value)


def azure(*words: str) -> Result:
    return CliRunner().invoke(main, ["azure", *words])


def test_provisioning_twice_is_no_harm(cloud: Cloud) -> None:
    assert azure("show").stdout.count("missing; make it: style-pipeline azure provision") == 2
    first = azure("provision", "--source", str(ROOT))
    assert first.exit_code == 0, first.output
    assert "cluster style-gpu: ready, 0 to 3 nodes" in first.stdout
    assert "environment style-worker:1: registered; built by its first job" in first.stdout
    second = azure("provision", "--source", str(ROOT))
    assert "environment style-worker:1: registered already" in second.stdout
    puts = [call for call in cloud.plane.calls if call.startswith("PUT environments")]
    assert len(puts) == 1
    shown = azure("show").stdout
    assert "succeeded, machine Standard_NC4as_T4_v3, priority low_priority" in shown
    assert "environment style-worker:1: registered\n" in shown


def test_the_sdk_makes_these_calls_and_no_others(cloud: Cloud) -> None:
    """Where this fails after an update of the SDK, look what has changed before you adapt it."""
    made = ["GET workspace", "PUT computes/{name}", "GET operations/{number}", CLUSTER]
    account = ["GET datastores/{name}", "POST datastores/{name}/listSecrets"]
    removed = [CLUSTER, "DELETE computes/{name}", "GET operations/{number}"]
    source = ("--source", str(ROOT))
    assert asked(cloud, "provision", *source) == [*made, IMAGE, *account, f"PUT {IMAGE[4:]}"]
    assert asked(cloud, "provision", *source) == [*made, IMAGE]
    assert asked(cloud, "show") == [CLUSTER, IMAGE]
    assert asked(cloud, "delete") == removed


def asked(cloud: Cloud, *words: str) -> list[str]:
    """What a command has the SDK ask, but for where the cloud is."""
    cloud.plane.calls.clear()
    assert azure(*words).exit_code == 0
    return [call for call in cloud.plane.calls if call != "GET /metadata/endpoints"]


def test_the_cluster_is_small_closed_and_nobodys_password(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STYLE_PIPELINE_AZURE_SUBNET", SUBNET)
    monkeypatch.setenv("STYLE_PIPELINE_AZURE_IDENTITY", IDENTITY)
    monkeypatch.setenv("STYLE_PIPELINE_AZURE_IDLE_SECONDS", "300")
    assert azure("provision", "--source", str(ROOT)).exit_code == 0
    made = cloud.plane.state.computes["style-gpu"]
    asked = made["properties"]["properties"]
    scale = {"minNodeCount": 0, "maxNodeCount": 3, "nodeIdleTimeBeforeScaleDown": "PT5M"}
    assert asked["scaleSettings"] == scale
    assert (asked["vmPriority"], asked["enableNodePublicIp"]) == ("LowPriority", False)
    assert asked["subnet"] == {"id": SUBNET}
    assert asked["remoteLoginPortPublicAccess"] == "Disabled"
    assert made["identity"]["userAssignedIdentities"] == {IDENTITY: {}}


def test_a_dry_run_asks_azure_nothing(cloud: Cloud) -> None:
    result = azure("provision", "--dry-run", "--source", str(ROOT))
    assert result.exit_code == 0, result.output
    cluster, environment = result.stdout.split("---\n")
    assert "min_instances: 0" in cluster
    assert "max_instances: 3" in cluster
    assert "enable_node_public_ip: false" in cluster
    assert "dockerfile_path: docker/worker/Dockerfile" in environment
    assert azure("delete", "--dry-run").stdout == "would remove: cluster style-gpu\n"
    assert cloud.plane.calls == []


def test_the_cluster_is_left_alone_where_terraform_makes_it(cloud: Cloud) -> None:
    """The identity that Dagster has then may not make machines at all."""
    dry = azure("provision", "--environment-only", "--dry-run", "--source", str(ROOT))
    assert "min_instances" not in dry.stdout
    made = azure("provision", "--environment-only", "--source", str(ROOT))
    assert made.stdout == "environment style-worker:1: registered; built by its first job\n"
    assert cloud.plane.state.computes == {}
    assert not [call for call in cloud.plane.calls if "computes" in call]


def test_deleting_removes_what_costs_money(cloud: Cloud) -> None:
    cloud.provision()
    assert azure("delete").stdout == "cluster style-gpu: removed\n"
    assert cloud.plane.state.computes == {}
    assert azure("delete").stdout == "cluster style-gpu: there is none\n"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("WORKSPACE", "", "is not set; set it to the workspace's name"),
        ("ENVIRONMENT", "style-worker", "must read NAME:VERSION"),
        ("IDENTITY_CLIENT", "painter", "must be a client id"),
        ("SUBNET", "nodes", "must be a subnet's resource id"),
    ],
)
def test_settings_that_make_no_sense(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"STYLE_PIPELINE_AZURE_{variable}", value)
    result = azure("provision", "--dry-run", "--source", str(ROOT))
    assert result.exit_code == 2
    assert says in result.stderr


def test_without_a_checkout_the_remedy_is_named(tmp_path: Path) -> None:
    result = azure("provision", "--source", str(tmp_path), "--dry-run")
    assert result.exit_code == 2
    assert "name a checkout of the project with --source" in result.stderr
