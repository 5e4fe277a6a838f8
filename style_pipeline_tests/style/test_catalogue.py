"""The shipped styles, and what is said of those that are not."""

import subprocess
import sys

import pytest

from style_pipeline.errors import UnknownStyle
from style_pipeline.style import catalogue, checkpoint


def test_the_shipped_checkpoint_is_the_one_of_its_card() -> None:
    network, card = checkpoint.load(catalogue.shipped_checkpoint(), catalogue.shipped_card().sha256)
    assert network.styles == len(card.styles) >= 2


def test_choosing_pins_the_checkpoint() -> None:
    choice = catalogue.choose("great-wave")
    assert choice.checkpoint_sha256 == catalogue.shipped_card().sha256


def test_a_misspelt_style_is_told_its_neighbour() -> None:
    with pytest.raises(UnknownStyle, match="great-wave"):
        catalogue.choose("grate-wave")


def test_the_catalogue_needs_no_torch() -> None:
    code = (
        "import sys; from style_pipeline.style import catalogue; catalogue.paintings();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
