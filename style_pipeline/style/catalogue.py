"""Which styles can be painted. Needs no PyTorch: cards are read, checkpoints are not.

Some come with the package. A folder ``styles/<name>/`` in the store adds one: learnt, where there
is a checkpoint in it; at once, by the networks of arbitrary stylisation, where there is only a
painting.
"""

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from style_pipeline import layout
from style_pipeline.errors import CheckpointError, ConfigurationError, UnknownStyle
from style_pipeline.job import StyleChoice
from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.style.card import CheckpointCard, Painting, card_path

_SHIPPED = Path(__file__).parent / "checkpoints" / "paintings.safetensors"


@dataclass(frozen=True)
class Offer:
    """A style that can be painted.

    ``key`` is that of its checkpoint in the store (``kind`` ``trained``) or of its painting
    (``any``); a style of the package is ``trained`` and has none.
    """

    painting: Painting
    kind: str = "trained"
    key: str | None = None

    @property
    def name(self) -> str:
        return self.painting.name


def shipped_checkpoint() -> Path:
    """The checkpoint inside the package."""
    return _SHIPPED


@cache
def shipped_card() -> CheckpointCard:
    """The card of the checkpoint inside the package."""
    return CheckpointCard.read(card_path(_SHIPPED))


def offers(store: MediaStore) -> dict[str, Offer]:
    """Every style that can be painted, by name: the package's, then those of ``store``."""
    shipped = {painting.name: Offer(painting) for painting in shipped_card().styles}
    return shipped | {name: offer for name, offer in _added(store).items() if name not in shipped}


def choose(look: Look, store: MediaStore) -> tuple[StyleChoice, ...]:
    """Where each style of ``look`` comes from, pinned by its content.

    Raises UnknownStyle with the nearest names, ConfigurationError where styles that are learnt and
    styles that are not are to be blended, CheckpointError for a damaged checkpoint card.
    """
    known = offers(store)
    refuse(look, known)
    return tuple(_choice(known[name], store) for name in look.styles)


def refuse(look: Look, known: Mapping[str, Offer]) -> None:
    """Raises UnknownStyle or ConfigurationError where ``known`` cannot paint ``look``."""
    for name in look.styles:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=2, cutoff=0.4) or tuple(known)
            raise UnknownStyle(f"there is no style {name!r}; did you mean {' or '.join(near)}?")
    if len({known[name].kind for name in look.styles}) > 1:
        raise ConfigurationError(
            f"{look.slug!r} blends a learnt style with one that is not: learn that one too, with "
            "'style-pipeline styles add'"
        )


def fault(slug: str, known: Mapping[str, Offer]) -> str | None:
    """Why a folder called ``slug`` cannot be painted as a look, or None where it can."""
    try:
        look = Look.parse(slug)
        refuse(look, known)
    except (ConfigurationError, UnknownStyle) as error:
        return str(error)
    return None if look.slug == slug else f"write {slug!r} as {look.slug!r}"


def _choice(offer: Offer, store: MediaStore) -> StyleChoice:
    if offer.kind == "any" and offer.key is not None:
        content = store.read_bytes(offer.key)
        return StyleChoice(offer.name, hashlib.sha256(content).hexdigest(), offer.key, "any")
    card = shipped_card() if offer.key is None else _stored_card(store, offer.key)
    return StyleChoice(offer.name, card.sha256, offer.key)


def _added(store: MediaStore) -> dict[str, Offer]:
    """The styles that the store adds; a learnt one hides its own painting."""
    paintings, checkpoints = dict[str, Offer](), dict[str, Offer]()
    for found in store.list(layout.STYLES):
        name = layout.style_of(found.key)
        if name is None:
            continue
        if found.key == layout.style_checkpoint_key(name):
            checkpoints[name] = Offer(_described(store, name), "trained", found.key)
        elif layout.is_painting(found.key):
            paintings[name] = Offer(Painting(name, name, "", ""), "any", found.key)
    return dict(sorted((paintings | checkpoints).items()))


def _described(store: MediaStore, name: str) -> Painting:
    """What the card says of a style; a damaged card keeps nobody from using the others."""
    try:
        card = _stored_card(store, layout.style_checkpoint_key(name))
        return next(painting for painting in card.styles if painting.name == name)
    except (CheckpointError, StopIteration):
        return Painting(name, "(damaged: learn it again)", "", "")


def _stored_card(store: MediaStore, checkpoint_key: str) -> CheckpointCard:
    key = str(card_path(PurePosixPath(checkpoint_key)))
    return CheckpointCard.parse(store.read_bytes(key), key)
