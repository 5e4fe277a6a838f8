"""What can be painted, where it comes from, and what is said of what cannot."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from style_pipeline import layout
from style_pipeline.errors import CheckpointError, ConfigurationError, UnknownStyle
from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.stores import LocalStore
from style_pipeline.style import catalogue, checkpoint, gallery
from style_pipeline.style.card import card_path
from style_pipeline_tests.checkpoints import tiny_checkpoint
from style_pipeline_tests.style.arbitrary import pictures


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def painting(tmp_path: Path) -> Path:
    Image.fromarray(pictures.painting()).save(tmp_path / "My Painting.png")
    return tmp_path / "My Painting.png"


def learnt(store: MediaStore, folder: Path, name: str = "bold") -> str:
    """A learnt style of this name in the store; its checkpoint's sha256."""
    path, card = tiny_checkpoint(folder)
    store.upload(path, layout.style_checkpoint_key(name))
    store.upload(card_path(path), f"styles/{name}/checkpoint.json")
    return card.sha256


def test_the_shipped_checkpoint_is_the_one_of_its_card() -> None:
    network, card = checkpoint.load(catalogue.shipped_checkpoint(), catalogue.shipped_card().sha256)
    assert network.styles == len(card.styles) >= 6


def test_choosing_pins_the_checkpoint(store: MediaStore) -> None:
    (choice,) = catalogue.choose(Look.parse("great-wave"), store)
    assert (choice.name, choice.kind, choice.key) == ("great-wave", "trained", None)
    assert choice.sha256 == catalogue.shipped_card().sha256


def test_a_misspelt_style_is_told_its_neighbour(store: MediaStore) -> None:
    with pytest.raises(UnknownStyle, match="great-wave"):
        catalogue.choose(Look.parse("grate-wave"), store)


def test_a_painting_is_a_style_and_a_checkpoint_a_better_one(
    store: MediaStore, painting: Path, tmp_path: Path
) -> None:
    gallery.hang(store, "bold", painting)
    (at_once,) = catalogue.choose(Look.parse("bold"), store)
    assert (at_once.kind, at_once.key) == ("any", "styles/bold/painting.png")
    sha256 = learnt(store, tmp_path)
    (choice,) = catalogue.choose(Look.parse("bold"), store)
    assert (choice.kind, choice.sha256) == ("trained", sha256)
    assert choice.key == "styles/bold/checkpoint.safetensors"
    assert list(catalogue.offers(store))[-1] == "bold"


def test_a_learnt_style_does_not_mix_with_one_that_is_not(
    store: MediaStore, painting: Path
) -> None:
    gallery.hang(store, "mine", painting)
    with pytest.raises(ConfigurationError, match="styles add"):
        catalogue.choose(Look.of("great-wave,mine"), store)


def test_a_damaged_card_is_named_and_leaves_the_others_alone(
    store: MediaStore, tmp_path: Path
) -> None:
    learnt(store, tmp_path)
    store.upload(b"{", "styles/bold/checkpoint.json")
    assert "damaged" in catalogue.offers(store)["bold"].painting.title
    assert catalogue.choose(Look.parse("great-wave"), store)
    with pytest.raises(CheckpointError, match="checkpoint card"):
        catalogue.choose(Look.parse("bold"), store)


def test_nobody_takes_the_name_of_a_shipped_style(store: MediaStore, painting: Path) -> None:
    store.upload(painting, "styles/great-wave/painting.png")
    assert catalogue.offers(store)["great-wave"].key is None


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("great-wave", None),
        ("great-wave.strength_60", None),
        ("strength_60.great-wave", "write 'strength_60.great-wave' as"),
        ("nonesuch", "there is no style"),
        ("great-wave.strength_160", "between 0 and 100"),
        ("Great Wave", "neither a style nor a control"),
    ],
)
def test_a_folder_is_told_what_is_wrong_with_it(
    store: MediaStore, slug: str, why: str | None
) -> None:
    reason = catalogue.fault(slug, catalogue.offers(store))
    assert reason is None if why is None else why in str(reason)


def test_the_catalogue_needs_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from style_pipeline.style import catalogue, gallery;"
        "from style_pipeline.stores import open_store;"
        f"catalogue.offers(open_store({tmp_path.as_uri()!r}));"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
