"""What can be found out about a video while Dagster loads: that takes seconds, on one core."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from style_pipeline import cancellation
from style_pipeline.errors import UnusableVideo
from style_pipeline.settings import Settings

if TYPE_CHECKING:
    from style_pipeline.media.probe import SourceProbe
    from style_pipeline.media.treatment import Treatment


@contextmanager
def looked_into(settings: Settings, video: Path) -> Iterator["Future[SourceProbe]"]:
    """What ``video`` is: found out during the block, and known at its end.

    What is wrong with it is raised only where somebody asks what it is. A file that is too large is
    not opened. FFmpeg's room is tried meanwhile, for all its later runs.
    """
    from style_pipeline.media import ffmpeg, sandbox

    with ffmpeg.limited(settings.ffmpeg), cancellation.threads(2) as beside:
        found = beside.submit(_look, settings, video)
        beside.submit(sandbox.confined, ["ffmpeg"], [], [])
        yield found


def treated(settings: Settings, found: "SourceProbe") -> "Treatment":
    """What would be done to the pictures of a video.

    Raises UnusableVideo where policy or the output refuses them, and FilterMissing.
    """
    from style_pipeline.media.containers import CONTAINERS
    from style_pipeline.media.treatment import Policies, treatment

    upright = not CONTAINERS[settings.preset.container].turns
    done = treatment(found, Policies.of(settings), upright=upright)
    settings.preset.refuse_tiny(done.format.width, done.format.height)
    return done


def _look(settings: Settings, video: Path) -> "SourceProbe":
    from style_pipeline.media.probe import probe

    if video.is_file() and (fault := settings.upload.size_fault(video.stat().st_size)):
        raise UnusableVideo(f"the video {fault}")
    return probe(video)
