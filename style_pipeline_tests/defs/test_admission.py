"""The door: what is let in, what is refused before it costs anything, what an estimate goes by."""

from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.cost import Pace
from style_pipeline.defs import uploads
from style_pipeline.defs.admission import Door, door
from style_pipeline.defs.bills import COST, NODE_HOURS, PACE, WALL
from style_pipeline.defs.sources import fetch
from style_pipeline.errors import UnusableVideo
from style_pipeline.limits import UploadLimits
from style_pipeline.store import MediaStore
from style_pipeline_tests.clips import Tone
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.defs.conftest import STYLE

HOURS = [2 * 3600 * 24]
"""One frame lasts two hours, at 24 ticks per second."""


def test_a_video_within_all_limits_is_told_its_cost(clip: ClipFactory) -> None:
    found, estimate = Door().admit(clip("cheap.mp4", frames=12), 50)
    assert (found.packets, found.streams) == (12, 1)
    assert (estimate.frames, estimate.width, estimate.height, estimate.scale) == (12, 64, 48, 50)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (UploadLimits(size=100), "bytes, the limit is 100: compress it"),
        (UploadLimits(frames=11), "has 12 frames, the limit is 11"),
        (UploadLimits(pixels=3071), "has 3,072 pixels in a frame"),
        (UploadLimits(streams=1), "has 2 streams, the limit is 1"),
        (UploadLimits(seconds=0.4), "lasts 0.0 minutes"),
        (UploadLimits(painting_seconds=0.001), "to paint, the limit is 0.0"),
    ],
)
def test_each_limit_holds_for_a_real_file(
    clip: ClipFactory, limits: UploadLimits, told: str
) -> None:
    with pytest.raises(UnusableVideo, match=told):
        Door(limits).admit(clip("sound.mp4", frames=12, audio=[Tone()]), 100)


def test_five_frames_hours_apart_last_too_long(clip: ClipFactory) -> None:
    slow = clip("slow.mkv", frames=5, steps=HOURS)
    with pytest.raises(UnusableVideo, match=r"lasts 480\.0 minutes, the limit is 240\.0: cut it"):
        Door().admit(slow, 100)


def test_a_file_too_large_is_not_even_downloaded(
    store: MediaStore, tmp_path: Path, clip: ClipFactory
) -> None:
    upload = uploads.put(store, clip("large.mp4", frames=3), STYLE)
    with pytest.raises(UnusableVideo, match="the limit is 10"):
        fetch(store, upload, 1000, tmp_path, Door(UploadLimits(size=10)))
    assert list(tmp_path.glob("source*")) == []


def test_estimates_go_by_the_last_job_that_told_its_pace(instance: dg.DagsterInstance) -> None:
    limits = UploadLimits(pace=5e6)
    assert door(limits, instance).pace == Pace(5e6)
    for told in ({PACE: 1.5, WALL: 60.0}, {PACE: 2.5, WALL: 60.0}, {WALL: 1.0}):
        painted = dg.AssetMaterialization("styled_frames", metadata=told)
        instance.report_runless_asset_event(painted)
    assert door(limits, instance).pace == Pace(2.5e6, measured=True)


def test_estimates_name_the_price_that_a_job_on_the_cluster_had(
    instance: dg.DagsterInstance, clip: ClipFactory
) -> None:
    """As much for each second of painting: two nodes, whose start is paid for too."""
    told = {PACE: 1.0, WALL: 60.0, NODE_HOURS: 0.06, COST: 0.03}
    instance.report_runless_asset_event(dg.AssetMaterialization("styled_frames", metadata=told))
    _, estimate = door(UploadLimits(), instance).admit(clip("dear.mp4", frames=12), 100)
    assert estimate.seconds == pytest.approx(12 * 64 * 48 / 1e6)
    assert estimate.node_hours == pytest.approx(estimate.seconds * 0.001)
    assert estimate.cost == pytest.approx(estimate.seconds * 0.0005)
