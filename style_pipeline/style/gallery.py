"""Paintings that users add to the store: each is a style from then on. Needs no PyTorch."""

import hashlib
import re
import unicodedata
from pathlib import Path

from style_pipeline import layout
from style_pipeline.errors import ConfigurationError, UnusablePainting
from style_pipeline.look import check_style_name
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue
from style_pipeline.style.painting import open_painting

LARGEST_BYTES = 64 * 1024 * 1024
_LONGEST_STEM = 40


def hang(store: MediaStore, name: str, painting: Path) -> str:
    """Put ``painting`` into the store as the style ``name``; the key where it lies now.

    Another painting under that name is replaced, and what was learnt from it is forgotten. Raises
    ConfigurationError for a name that the package uses or that is none, and UnusablePainting where
    the file shows no style; then nothing is changed.
    """
    check_style_name(name)
    if name in catalogue.shipped_card().names:
        raise ConfigurationError(f"the style {name!r} comes with the package; choose another name")
    content = _checked(painting)
    key = layout.painting_key(name, painting.suffix)
    if not (store.exists(key) and store.read_bytes(key) == content):
        for old in list(store.list(f"{layout.STYLES}{name}/")):
            store.delete(old.key)
        store.upload(content, key)
    return key


def name_for(painting: Path) -> str:
    """A style name for a painting that was given none: its file's, and a hash of its content."""
    digest = hashlib.sha256(_checked(painting)).hexdigest()[:8]
    plain = unicodedata.normalize("NFKD", painting.stem).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_STEM].strip("-") or "painting"
    return f"{stem}-{digest}"


def _checked(painting: Path) -> bytes:
    if painting.suffix.lower() not in layout.PAINTINGS:
        known = " ".join(layout.PAINTINGS)
        raise UnusablePainting(f"{painting.name!r} does not end like a picture; known: {known}")
    open_painting(painting)
    content = painting.read_bytes()
    if len(content) > LARGEST_BYTES:
        raise UnusablePainting(f"{painting.name} has more than 64 MiB: shrink it")
    return content
