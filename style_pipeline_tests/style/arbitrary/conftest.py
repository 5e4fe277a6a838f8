"""The published networks, loaded once, and a painting's style."""

import pytest
import torch

from style_pipeline.style.arbitrary.loading import load_predictor, load_transformer
from style_pipeline.style.arbitrary.networks import StylePredictor, StyleTransformer
from style_pipeline_tests.style.arbitrary import pictures


@pytest.fixture(scope="session")
def predictor() -> StylePredictor:
    return load_predictor()


@pytest.fixture(scope="session")
def transformer() -> StyleTransformer:
    return load_transformer()


@pytest.fixture(scope="session")
def styles(predictor: StylePredictor) -> torch.Tensor:
    """[2, 100]: two different paintings' styles."""
    paintings = [torch.from_numpy(pictures.painting(seed=seed)) for seed in (1, 3)]
    with torch.no_grad():
        return predictor(torch.stack(paintings).permute(0, 3, 1, 2).float() / 255)
