"""Which styles can be painted. Needs no PyTorch: cards are read, checkpoints are not."""

import difflib
from functools import cache
from pathlib import Path

from style_pipeline.errors import UnknownStyle
from style_pipeline.job import StyleChoice
from style_pipeline.style.card import CheckpointCard, Painting, card_path

_SHIPPED = Path(__file__).parent / "checkpoints" / "paintings.safetensors"


def shipped_checkpoint() -> Path:
    """The checkpoint inside the package."""
    return _SHIPPED


@cache
def shipped_card() -> CheckpointCard:
    """The card of the checkpoint inside the package."""
    return CheckpointCard.read(card_path(_SHIPPED))


def paintings() -> tuple[Painting, ...]:
    """Every style that can be painted, in the order of its checkpoint."""
    return shipped_card().styles


def choose(name: str) -> StyleChoice:
    """The style of this name; raises UnknownStyle with the nearest names."""
    names = shipped_card().names
    if name not in names:
        near = difflib.get_close_matches(name, names, n=2, cutoff=0.4) or names
        raise UnknownStyle(f"there is no style {name!r}; did you mean {' or '.join(near)}?")
    return StyleChoice(name=name, checkpoint_sha256=shipped_card().sha256)
