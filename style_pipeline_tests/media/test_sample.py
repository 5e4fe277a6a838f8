"""A few frames of a video: the right ones, upright, with square pixels."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from style_pipeline.errors import UnusableVideo
from style_pipeline.media.sample import sample
from style_pipeline_tests.clips import VFR_STEPS, frame_numbers

ClipFactory = Callable[..., Path]


@pytest.mark.parametrize(
    ("name", "wishes", "numbers"),
    [
        ("even.mp4", {"frames": 30}, [5, 15, 25]),
        ("uneven.mp4", {"rate": 600, "steps": VFR_STEPS, "frames": 40, "start": 90}, [6, 20, 33]),
        ("broadcast.ts", {"frames": 30, "rate": 25, "codec": "mpeg2video"}, [5, 15, 25]),
        ("untimed.avi", {"frames": 20, "codec": "mpeg4"}, [3, 10, 16]),
        ("two.mp4", {"frames": 2}, [0, 1]),
        ("one.mp4", {"frames": 1}, [0]),
    ],
)
def test_frames_are_evenly_spread(
    name: str, wishes: dict[str, object], numbers: list[int], clip: ClipFactory, tmp_path: Path
) -> None:
    assert frame_numbers(*sample(clip(name, **wishes), tmp_path)) == numbers


@pytest.mark.parametrize(
    ("name", "wishes", "size"),
    [
        ("turned.mp4", {"rotation": 90}, (48, 64)),
        ("wide.mp4", {"sample_aspect": Fraction(4, 3)}, (86, 48)),
        ("large.mp4", {"size": (1920, 1080)}, (1280, 720)),
    ],
)
def test_frames_look_as_they_are_shown(
    name: str, wishes: dict[str, object], size: tuple[int, int], clip: ClipFactory, tmp_path: Path
) -> None:
    with Image.open(sample(clip(name, frames=3, **wishes), tmp_path)[0]) as picture:
        assert (picture.size, picture.mode) == (size, "RGB")


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (video := tmp_path / "x.mp4").write_bytes(b"just words" * 50)
    with pytest.raises(UnusableVideo):
        sample(video, tmp_path)
