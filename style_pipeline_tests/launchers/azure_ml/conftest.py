"""A cloud with a cluster in it, and a launcher that is set up for both."""

from collections.abc import Callable
from pathlib import Path

import pytest

from style_pipeline import layout
from style_pipeline.azure_settings import OPERATIONS, AzureSettings
from style_pipeline.launchers.azure_ml import AzureMlLauncher
from style_pipeline.stores import open_store
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.fixtures import cloud, running_cloud

__all__ = ["cloud", "running_cloud"]

LauncherFactory = Callable[..., AzureMlLauncher]


def keep_learnt(store_url: str, operations: str) -> None:
    """Put the checkpoints of a prepared store where those of learnt styles lie on Azure."""
    store, there = open_store(store_url), open_store(operations)
    for found in store.list(layout.STYLES):
        if layout.is_learnt(found.key):
            there.upload(store.read_bytes(found.key), found.key)


@pytest.fixture
def operations(tmp_path: Path) -> str:
    """Where jobs report to."""
    return (tmp_path / "operations").as_uri()


@pytest.fixture
def launcher(cloud: Cloud, operations: str) -> LauncherFactory:
    """``launcher(store_url, deadline=9, NODES="2")``: settings by the names of their variables."""
    cloud.provision()

    def make(store_url: str, deadline: float = 300, **settings: str) -> AzureMlLauncher:
        usual = {"OPERATIONS": operations, "POLL_SECONDS": "0.1", "NODES": "2"}
        environ = cloud.settings(**{**usual, **settings})
        keep_learnt(store_url, environ[OPERATIONS])
        return AzureMlLauncher(store_url, AzureSettings.from_environment(environ), deadline)

    return make
