"""Fixtures of the style room."""

from pathlib import Path

import pytest

from style_pipeline.style.card import CheckpointCard
from style_pipeline_tests.checkpoints import tiny_checkpoint


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CheckpointCard]:
    """A tiny checkpoint and its card."""
    return tiny_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="session")
def kernel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the kernels are compiled, once for all tests."""
    return tmp_path_factory.mktemp("kernels")
