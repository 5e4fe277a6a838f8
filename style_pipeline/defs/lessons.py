"""From a painting in the store to the lesson that has it learnt."""

import hashlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import dagster as dg
from pydantic import Field

from style_pipeline import layout
from style_pipeline.errors import ConfigurationError, UnknownStyle
from style_pipeline.lesson import ONE_STYLE, PHOTOGRAPHS, Lesson, Pinned, Stage
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class Studio(dg.ConfigurableResource["Studio"]):
    """What is needed to learn a style, besides the painting."""

    trunk: str | None = Field(default=None, description="VGG-16 in safetensors.")
    photographs: str | None = Field(default=None, description="Folder of photographs.")
    steps: int = Field(default=900, description="How long a lesson is.")

    def lacks(self) -> str | None:
        """What is missing before anything can be learnt, and what to do; None where nothing is."""
        if self.trunk is None or not Path(self.trunk).is_file():
            return (
                "learning needs a VGG-16: set STYLE_PIPELINE_TRUNK to its weights in safetensors, "
                "named as torchvision names them (features.0.weight, ...)"
            )
        if self.photographs is None or not Path(self.photographs).is_dir():
            return (
                "learning needs photographs to practise on: set STYLE_PIPELINE_PHOTOGRAPHS to a "
                "folder with some hundred of them"
            )
        return None

    def lesson(self, store: MediaStore, style: str, run_id: str) -> Lesson:
        """The lesson for a painting in the store; what it needs is put there first.

        Raises ConfigurationError where this installation cannot learn, UnknownStyle where there is
        no painting of that name.
        """
        lacking = self.lacks()
        if lacking is not None or self.trunk is None or self.photographs is None:
            raise ConfigurationError(lacking or "")
        side, batch = ONE_STYLE.stages[0].side, ONE_STYLE.stages[0].batch
        return Lesson(
            style=style,
            run_id=run_id,
            painting=_painting(store, style),
            trunk=_pinned(store, Path(self.trunk).read_bytes(), ".safetensors"),
            photographs=_pinned(store, _zipped(Path(self.photographs)), ".zip"),
            base=catalogue.shipped_card().sha256,
            recipe=replace(ONE_STYLE, stages=(Stage(self.steps, side, batch),)),
        )


def _painting(store: MediaStore, style: str) -> Pinned:
    for found in store.list(f"{layout.STYLES}{style}/"):
        if layout.is_painting(found.key):
            content = store.read_bytes(found.key)
            return Pinned(found.key, hashlib.sha256(content).hexdigest())
    raise UnknownStyle(
        f"there is no painting styles/{style}/painting.jpg in the store: add it with "
        f"'style-pipeline styles add {style} PAINTING'"
    )


def _pinned(store: MediaStore, content: bytes, suffix: str) -> Pinned:
    """``content`` in the store, under its own hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    key = layout.training_key(sha256, suffix)
    if not store.exists(key):
        store.upload(content, key)
    return Pinned(key, sha256)


def _zipped(folder: Path) -> bytes:
    """The photographs of ``folder``; the same ones give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() in PHOTOGRAPHS:
                archive.writestr(zipfile.ZipInfo(path.name, _ZIP_DATE), path.read_bytes())
    return buffer.getvalue()
