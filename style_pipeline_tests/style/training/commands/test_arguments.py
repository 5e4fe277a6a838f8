"""What is typed becomes a recipe, or one clear line."""

import pytest

from style_pipeline.errors import ConfigurationError
from style_pipeline.lesson import Recipe, Stage
from style_pipeline.style.network import Architecture
from style_pipeline.style.training.commands import arguments


def test_a_recipe() -> None:
    chosen = arguments.recipe(("20x64x2", "3x128x1"), 150.0, content_weight=1.5)
    expected = Recipe((Stage(20, 64, 2), Stage(3, 128, 1)), 1.5, stability_weight=150.0)
    assert chosen == expected
    assert arguments.recipe((), Recipe.stability_weight) == Recipe()


def test_an_architecture() -> None:
    assert arguments.architecture("") == Architecture()
    assert arguments.architecture("width=48,deep=96") == Architecture(width=48, deep=96)


@pytest.mark.parametrize("text", ["width=wide", "girth=48", "48"])
def test_an_architecture_that_is_none(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is not stem\|width"):
        arguments.architecture(text)


def test_what_is_no_stage_and_no_painting() -> None:
    with pytest.raises(ConfigurationError, match="STEPSxSIDExBATCH"):
        arguments.stage("20x64")
    with pytest.raises(ConfigurationError, match=r"is not NAME\|TITLE"):
        arguments.described_painting("wave=wave.jpg")
