"""Contact sheets: a few frames of a video, small enough to lie in Dagster's records."""

import base64
from collections.abc import Callable
from itertools import islice

import dagster as dg
from PIL.Image import Image

from style_pipeline.job import StyleJob
from style_pipeline.manifest import FrameManifest, FrameShard
from style_pipeline.media.stills import chosen_frames, contact_sheet, still
from style_pipeline.store import MediaStore
from style_pipeline.worker.decoder import decode

_COLUMNS = 4
_WIDTH = 240

KeyOf = Callable[[FrameShard], str]


def sheet_of_frames(store: MediaStore, manifest: FrameManifest) -> dg.MetadataValue:
    """A few of the source's frames."""
    return _sheet(store, manifest, [lambda shard: shard.key])


def sheet_before_after(
    store: MediaStore, manifest: FrameManifest, job: StyleJob
) -> dg.MetadataValue:
    """A few of the source's frames, and below each the painted one."""
    return _sheet(store, manifest, [lambda shard: shard.key, job.styled_key])


def shown_frames(manifest: FrameManifest) -> tuple[int, ...]:
    """Frames spread over the video; the first of their shards where those are enough, since
    decoding begins there.
    """
    shards = manifest.shards
    if len(shards) < _COLUMNS:
        return chosen_frames(manifest.frame_count, _COLUMNS)
    return tuple(shards[n].first_frame for n in chosen_frames(len(shards), _COLUMNS))


def _sheet(store: MediaStore, manifest: FrameManifest, rows: list[KeyOf]) -> dg.MetadataValue:
    numbers = shown_frames(manifest)
    pictures = [[_still(store, manifest, number, key_of) for number in numbers] for key_of in rows]
    jpeg = contact_sheet(pictures, [f"frame {number}" for number in numbers])
    return dg.MetadataValue.md(
        f"![frames {numbers}](data:image/jpeg;base64,{base64.b64encode(jpeg).decode()})"
    )


def _still(store: MediaStore, manifest: FrameManifest, number: int, key_of: KeyOf) -> Image:
    (shard,) = (s for s in manifest.shards if 0 <= number - s.first_frame < s.count)
    key = key_of(shard)
    film = decode(store.read_bytes(key), manifest.format, shard.count, key)
    return still(next(islice(film, number - shard.first_frame, None)), _WIDTH)
