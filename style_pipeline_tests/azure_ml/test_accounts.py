"""Who may bring videos reaches nothing else: two accounts, and a signature for one container."""

from collections.abc import Iterator

import pytest

from style_pipeline_tests.azure_ml.artifacts import DATASTORES
from style_pipeline_tests.azure_ml.blobs import ACCOUNT, MEDIA
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.fixtures import cloud, running_cloud
from style_pipeline_tests.azure_ml.trial import uploader_of
from style_pipeline_tests.azure_ml.uploads import ask

__all__ = ["cloud", "running_cloud"]

LIST = "restype=container&comp=list"


@pytest.fixture
def uploader(cloud: Cloud) -> Iterator[dict[str, str]]:
    for account, container in ((MEDIA, "media"), (ACCOUNT, "operations")):
        cloud.new_container(account, container)
    yield uploader_of(cloud)
    for account, container in ((MEDIA, "media"), (ACCOUNT, "operations")):
        cloud.blobs.client(account).delete_container(container)


def test_an_uploader_can_bring_and_nothing_else(uploader: dict[str, str]) -> None:
    mine = f"{uploader['MEDIA']}/incoming/tahiti/mine.mp4?{uploader['UPLOAD']}"
    assert ask(uploader, "PUT", mine, b"a video")[0] == 201
    assert ask(uploader, "PUT", mine, b"another one")[0] == 403
    assert ask(uploader, "GET", mine)[0] == 403
    assert ask(uploader, "DELETE", mine)[0] == 403
    assert ask(uploader, "GET", f"{uploader['MEDIA']}?{LIST}&{uploader['UPLOAD']}")[0] == 403


@pytest.mark.parametrize("container", ["operations", *DATASTORES.values()])
@pytest.mark.parametrize("signature", ["UPLOAD", "DOWNLOAD"])
def test_neither_code_nor_logs_nor_messages_are_within_reach(
    cloud: Cloud, uploader: dict[str, str], container: str, signature: str
) -> None:
    operations, signed = f"{cloud.blobs.direct_url()}/{container}", uploader[signature]
    assert ask(uploader, "GET", f"{operations}?{LIST}&{signed}")[0] == 403
    assert ask(uploader, "PUT", f"{operations}/intruder.py?{signed}", b"import os")[0] == 403
    cloud.blobs.client().get_blob_client(container, "secret").upload_blob(b"x", overwrite=True)
    assert ask(uploader, "GET", f"{operations}/secret?{signed}")[0] == 403
