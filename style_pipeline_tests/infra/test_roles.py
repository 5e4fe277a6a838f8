"""Who may do what in Azure, read out of the role assignments themselves."""

import pytest

from infra.checks.conditions import Attempt, allows
from infra.checks.configuration import load
from infra.checks.events import rights
from infra.checks.roles import Grant, grants, may
from style_pipeline_tests.infra.copies import INFRA

MESSAGE = ("messages", "messages/style-1/00/000001.json")
LOG = ("azureml", "ExperimentRun/dcid.style-1/user_logs/std_log_process_0.txt")
LEARNT = ("messages", "styles/own/checkpoint.safetensors")
CODE = ("azureml-blobstore-0123", "LocalUpload/0123/style_pipeline/worker/program.py")
UPLOADS = 'storage_queue.main["uploads"].resource_manager_id}'
POISON = 'storage_queue.main["uploads-poison"].resource_manager_id}'


@pytest.fixture(scope="module")
def granted() -> list[Grant]:
    return grants(load(INFRA))


def can(
    granted: list[Grant], who: str, action: str, account: str, container: str, path: str
) -> bool:
    return may(granted, who, account, Attempt(action, container, path))


def test_what_each_is_given(granted: list[Grant]) -> None:
    """All there is: a new role has to be written here too."""
    given: dict[str, set[str]] = {}
    for grant in granted:
        scope = grant.scope.removeprefix("${azurerm_").removesuffix(".id}")
        given.setdefault(grant.who, set()).add(f"{grant.role} on {scope}")
    assert given == {
        "host": {
            "Storage Blob Data Contributor on storage_container.media",
            "Storage Blob Data Contributor on storage_account.operations",
            "AzureML Data Scientist on machine_learning_workspace.main",
            f"Storage Queue Data Message Processor on {UPLOADS}",
            f"Storage Queue Data Message Sender on {POISON}",
        },
        "topic": {f"Storage Queue Data Message Sender on {UPLOADS}"},
        "nodes": {
            "Storage Blob Data Contributor on storage_container.media",
            "Storage Blob Data Contributor on storage_account.operations",
            "AcrPull on container_registry.main",
        },
        "build": {
            "AcrPush on container_registry.main",
            "Storage Blob Data Contributor on storage_account.operations",
        },
        "workspace": {
            "Storage Blob Data Contributor on storage_account.operations",
            "Storage File Data Privileged Contributor on storage_account.operations",
            "Storage Account Contributor on storage_account.operations",
            "Key Vault Administrator on key_vault.main",
            "AcrPush on container_registry.main",
            "Contributor on application_insights.main",
        },
        "uploaders": {
            "Storage Blob Data Contributor on storage_container.media",
            "Storage Blob Delegator on storage_account.media",
        },
        "operators": {
            "Virtual Machine Administrator Login on linux_virtual_machine.host",
            "Reader on resource_group.main",
            "Storage Blob Data Reader on storage_account.operations",
            f"Storage Queue Data Reader on {POISON}",
        },
    }


def test_an_uploader_drops_videos_and_takes_paintings_and_does_nothing_else(
    granted: list[Grant],
) -> None:
    def media(action: str, path: str) -> bool:
        return can(granted, "uploaders", action, "media", "media", path)

    assert media("write", "incoming/great-wave/film.mp4")
    assert media("read", "incoming/great-wave/film.mp4")
    assert media("delete", "incoming/great-wave/film.mp4")
    assert media("read", "outputs/great-wave/film.mp4")
    for path in ("outputs/great-wave/film.mp4", "work/x", "styles/own/checkpoint.safetensors"):
        assert not media("write", path)
        assert not media("add/action", path)
        assert not media("delete", path)
    assert not media("read", "work/sources/other-customers-film/shards/000000.nut")
    assert not media("read", "styles/own/painting.jpg")


@pytest.mark.parametrize("place", [MESSAGE, LOG, CODE, LEARNT, ("messages", "incoming/film.mp4")])
@pytest.mark.parametrize("action", ["read", "write", "add/action", "delete"])
def test_an_uploader_cannot_reach_operations(
    granted: list[Grant], place: tuple[str, str], action: str
) -> None:
    assert not can(granted, "uploaders", action, "operations", *place)


def test_the_cluster_reports_and_writes_neither_code_nor_styles(
    granted: list[Grant],
) -> None:
    for action in ("write", "add/action", "delete"):
        assert can(granted, "nodes", action, "operations", *MESSAGE)
        assert can(granted, "nodes", action, "operations", *LOG)
        for kept in (CODE, LEARNT):
            assert not can(granted, "nodes", action, "operations", *kept)
            assert can(granted, "nodes", "read", "operations", *kept)
            assert can(granted, "host", action, "operations", *kept)
    assert can(granted, "nodes", "write", "media", "media", "work/styled/x/shards/000000.mp4")


def test_only_event_grid_tells_of_uploads(granted: list[Grant]) -> None:
    can = rights(granted)
    assert {who for who, action, queue in can if (action, queue) == ("add", "uploads")} == {"topic"}
    assert {who for who, action, _ in can if action == "process"} == {"host"}
    assert "uploaders" not in {who for who, *_ in can}


def test_a_condition_that_cannot_be_read_is_an_error() -> None:
    attempt = Attempt("read", "media", "incoming/a")
    for text in ("(ActionMatches{'a'}", "ActionMatches{'a'} XOR ActionMatches{'b'}", "!(NOT"):
        with pytest.raises((ValueError, IndexError)):
            allows(text, attempt)
