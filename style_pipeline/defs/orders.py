"""One more look of a video that is there already, ordered from Dagster's launchpad.

The controls are the run configuration of a job, not of the assets: a partition is one look of one
video (decision 8), and an order is how a partition comes into being without a file in hand.
"""

from pathlib import Path

import dagster as dg
from pydantic import Field

from style_pipeline import again, layout
from style_pipeline.defs import partitions, uploads
from style_pipeline.defs.failures import told_to_dagster
from style_pipeline.defs.scratch import Scratch
from style_pipeline.errors import PartitionError
from style_pipeline.layout import Upload
from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.style import catalogue


class Order(dg.Config):
    """Which video, and how it shall look."""

    video: str = Field(
        description="Its name, clip.mp4, or its key in the store, incoming/great-wave/clip.mp4."
    )
    style: str = Field(description="great-wave, or a blend: starry-night:0.7,great-wave:0.3.")
    strength: float = Field(default=1.0, ge=0, le=1, description="0 is the source, 1 the painting.")
    keep_colours: bool = Field(default=False, description="Paint in the source's own colours.")
    scale: float = Field(
        default=1.0,
        ge=0.1,
        le=1,
        description="Of the size it is painted at: 0.5 for broad strokes.",
    )
    once_more: bool = Field(default=False, description="Paint it even if it was painted before.")

    def look(self) -> Look:
        """Raises ConfigurationError where that makes no sense."""
        return Look.of(self.style, self.strength, self.keep_colours, self.scale)


def put(store: MediaStore, order: Order, folder: Path) -> Upload:
    """Bring the ordered video into the folder of its look, by way of the empty ``folder``.

    Content that lies there already is not sent again. Of several uploads of one name, the
    last counts. Raises UnknownStyle, ConfigurationError, or PartitionError where there is none.
    """
    look = order.look()
    catalogue.refuse(look, catalogue.offers(store))
    found = _named(store, order.video)
    wanted = Upload(look.slug, found.name)
    if found.key != wanted.key:
        path = folder / "video"
        store.download(found.key, path)
        uploads.put_as(store, path, wanted)
    if order.once_more:
        again.ask(store, wanted.key, store.stat(wanted.key).etag)
    return wanted


def _named(store: MediaStore, text: str) -> Upload:
    """The upload that was called so last."""
    found = {each.key: each for each in store.list(layout.INCOMING)}
    known = [upload for upload in map(layout.parse_upload, found) if upload is not None]
    called = [upload for upload in known if text in (upload.key, upload.name)]
    if not called:
        raise PartitionError(
            f"no upload is called {text!r}: give its name, or its key in the store"
        )
    return max(called, key=lambda upload: found[upload.key].modified)


@dg.op
def place_order(
    context: dg.OpExecutionContext,
    config: Order,
    store: dg.ResourceParam[MediaStore],
    scratch: dg.ResourceParam[Scratch],
) -> None:
    """Put the video where the sensor finds it, and say what to look for."""
    with told_to_dagster():
        upload = put(store, config, scratch.folder("order"))
    key = partitions.register(context.instance, upload)
    context.log.info(f"{upload.key} is there: new_video_sensor starts the run of {key}")
    context.add_output_metadata(
        {"partition": key, "upload": upload.key, "result": upload.output_key()}
    )


@dg.job(
    description=(
        "Paint a video that is in the store in one more look: a style or a blend, its strength, "
        "in the source's colours, with broad strokes. Fill in the launchpad; `new_video_sensor` "
        "starts the run. Frames and sound that were taken before are found again."
    )
)
def order_look() -> None:
    """The job, to be run from the launchpad."""
    place_order()
