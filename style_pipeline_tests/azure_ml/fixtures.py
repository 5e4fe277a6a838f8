"""Fixtures for tests that need a cloud: import them into a conftest."""

from collections.abc import Iterator

import pytest

from style_pipeline_tests.azure_ml.cloud import Cloud, local_cloud
from style_pipeline_tests.azure_ml.egress import loopback_only


@pytest.fixture(scope="session")
def running_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One cloud for all tests of a folder; starting its storage takes a second."""
    with local_cloud(tmp_path_factory.mktemp("cloud")) as cloud:
        yield cloud


@pytest.fixture
def cloud(running_cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """An empty workspace, to which the environment leads the SDKs.

    Fails a test that asked for what Azure ML does not know, or for anything beyond loopback.
    """
    for name, value in running_cloud.environ().items():
        monkeypatch.setenv(name, value)
    with loopback_only():
        yield running_cloud
    violations = list(running_cloud.plane.violations)
    refused = list(running_cloud.egress.refused)
    running_cloud.reset()
    assert (violations, refused) == ([], []), (violations, refused)
