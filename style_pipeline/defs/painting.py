"""What the network is asked to do for one source and one style."""

import hashlib

from style_pipeline import layout
from style_pipeline.defs.extraction import frames_folder
from style_pipeline.defs.resources import Recipe
from style_pipeline.defs.sources import Source
from style_pipeline.errors import ObjectMissing
from style_pipeline.job import StyleJob
from style_pipeline.look import Look
from style_pipeline.manifest import FrameManifest
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue, engine


def frames_to_paint(store: MediaStore, source: Source, recipe: Recipe) -> FrameManifest:
    """The manifest of the source's frames; raises ObjectMissing where they were never taken."""
    key = layout.manifest_key(frames_folder(source, recipe.frame_settings()))
    try:
        return FrameManifest.from_json(store.read_bytes(key))
    except ObjectMissing as error:
        raise ObjectMissing(
            f"the frames of {source.upload.key!r}, as it is now, were not taken; "
            "materialise the asset 'frames' of this partition first"
        ) from error


def style_job(
    store: MediaStore, source: Source, manifest: FrameManifest, recipe: Recipe, run_id: str
) -> StyleJob:
    """The job that paints ``manifest`` in the look that the source's upload asks for.

    Raises UnknownStyle where nobody can paint it, ConfigurationError where it makes no sense,
    UnusableVideo where the result's encoder takes no pictures that small.
    """
    preset = recipe.preset()
    preset.refuse_tiny(manifest.format.width, manifest.format.height)
    look = Look.parse(source.upload.style)
    styles = catalogue.choose(look, store)
    prefix = layout.frames_prefix(source.id, manifest.digest)
    return StyleJob(
        video=source.upload.video,
        run_id=run_id,
        manifest_key=layout.manifest_key(prefix),
        manifest_sha256=hashlib.sha256(manifest.to_json()).hexdigest(),
        frames_digest=manifest.digest,
        look=look,
        styles=styles,
        encoding=preset.encoding,
        threads_per_rank=recipe.threads_per_rank,
        engine=engine.TORCH if styles[0].kind == "any" else engine.choose(recipe.engine),
    )
