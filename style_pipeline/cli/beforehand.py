"""What can be found out about a video while Dagster loads: that takes seconds, on one core."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from style_pipeline import cancellation
from style_pipeline.settings import Settings

if TYPE_CHECKING:
    from style_pipeline.media.probe import SourceProbe


@contextmanager
def looked_into(settings: Settings, video: Path) -> Iterator["Future[SourceProbe]"]:
    """What ``video`` is: found out during the block, and known at its end.

    What is wrong with it is raised only where somebody asks what it is: whoever does has checked
    before that it may be looked into. FFmpeg's room is tried meanwhile, for all its later runs.
    """
    from style_pipeline.media import ffmpeg, sandbox
    from style_pipeline.media.probe import probe

    with ffmpeg.limited(settings.ffmpeg), cancellation.threads(2) as beside:
        found = beside.submit(probe, video)
        beside.submit(sandbox.confined, ["ffmpeg"], [], [])
        yield found
