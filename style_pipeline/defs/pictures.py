"""Contact sheets: a few frames of a video, small enough to lie in Dagster's records."""

import base64
from collections.abc import Callable
from pathlib import Path

import dagster as dg
from PIL.Image import Image

from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest, FrameShard
from style_pipeline.media.stills import chosen_frames, contact_sheet, still
from style_pipeline.store import MediaStore

_COLUMNS = 4
_WIDTH = 240

KeyOf = Callable[[FrameShard], str]


def sheet_of_frames(store: MediaStore, manifest: FrameManifest, folder: Path) -> dg.MetadataValue:
    """A few of the source's frames."""
    return _sheet(store, manifest, [lambda shard: shard.key], folder)


def sheet_before_after(
    store: MediaStore, manifest: FrameManifest, job: StyleJob, folder: Path
) -> dg.MetadataValue:
    """A few of the source's frames, and below each the painted one."""
    return _sheet(store, manifest, [lambda shard: shard.key, job.styled_key], folder)


def _sheet(
    store: MediaStore, manifest: FrameManifest, rows: list[KeyOf], folder: Path
) -> dg.MetadataValue:
    numbers = chosen_frames(manifest.frame_count, _COLUMNS)
    pictures = [
        [_still(store, manifest, number, key_of, folder) for number in numbers] for key_of in rows
    ]
    jpeg = contact_sheet(pictures, [f"frame {number}" for number in numbers])
    return dg.MetadataValue.md(
        f"![frames {numbers}](data:image/jpeg;base64,{base64.b64encode(jpeg).decode()})"
    )


def _still(
    store: MediaStore, manifest: FrameManifest, number: int, key_of: KeyOf, folder: Path
) -> Image:
    (shard,) = (s for s in manifest.shards if 0 <= number - s.first_frame < s.count)
    key = key_of(shard)
    path = folder / key.replace("/", "-")
    if not path.exists():
        store.download(key, path)
    return still(path, number - shard.first_frame, _WIDTH)
