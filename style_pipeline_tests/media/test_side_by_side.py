"""The clip for people who compare: every frame beside its own painting, at its own time."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from style_pipeline.errors import FidelityError
from style_pipeline.media.probe import probe
from style_pipeline.media.side_by_side import WIDEST, side_by_side
from style_pipeline_tests.clips import (
    VFR_STEPS,
    Tone,
    ffmpeg,
    frame_times,
    make_clip,
    packets_md5,
)
from style_pipeline_tests.media.painted import painted

ClipFactory = Callable[..., Path]
Grey = NDArray[np.uint8]

CLIPS = {
    "loud.mp4": {"rate": 24, "frames": 20, "audio": [Tone()]},
    "vfr.mp4": {"rate": 600, "steps": VFR_STEPS, "frames": 30, "audio": [Tone()]},
    "late.mp4": {"rate": 25, "frames": 30, "audio": [Tone(start=Fraction(2, 5))]},
    "two.mkv": {"rate": Fraction(30000, 1001), "frames": 15, "audio": [Tone(), Tone(880)]},
    "one.mp4": {"frames": 1},
    "untimed.avi": {"rate": 25, "frames": 9, "codec": "mpeg4"},
    "rgb.mkv": {"frames": 5, "codec": "ffv1", "pixel_format": "gbrp"},
}
SHAPES = {
    "turned.mp4": ({"rotation": 90}, (48, 64)),
    "wide.mp4": ({"sample_aspect": Fraction(4, 3)}, (86, 48)),
    "turned_wide.mp4": ({"rotation": 270, "sample_aspect": Fraction(2)}, (48, 128)),
    "portrait.mp4": ({"size": (48, 96)}, (48, 96)),
    "odd.mkv": ({"size": (321, 241), "codec": "ffv1"}, (320, 240)),
    "large.mp4": ({"size": (1280, 720)}, (960, 540)),
}


def negative(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return 255 - frame


def halves(path: Path) -> list[tuple[Grey, Grey]]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    middle = frames[0].shape[1] // 2
    return [(frame[:, :middle], frame[:, middle:]) for frame in frames]


def apart(one: Grey, other: Grey) -> float:
    """Levels between two pictures, on average."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_stands_beside_its_painting(
    name: str, clip: ClipFactory, tmp_path: Path
) -> None:
    source = clip(name, **CLIPS[name])
    result = painted(source, tmp_path, negative)
    side_by_side(source, result.path, target := tmp_path / "beside.mp4")

    with av.open(str(source)) as container:
        originals = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    pairs = halves(target)
    assert len(pairs) == len(originals)
    for original, (left, right) in zip(originals, pairs, strict=True):
        assert apart(original, left) < 6
        assert apart(left, right) > 30
        assert apart(left, 255 - right) < 9  # the negative of this very frame
    assert probe(target).packet_pts == probe(result.path).packet_pts
    assert probe(target).last_duration == probe(result.path).last_duration
    times = frame_times(source)
    assert np.allclose(
        [float(t - times[0]) for t in times],
        [float(t - frame_times(target)[0]) for t in frame_times(target)],
        atol=0.001,
    )
    for i in range(len(result.parts.audio.tracks)):
        assert packets_md5(target, i) == packets_md5(source, i)
        found, wanted = probe(target).audio[i], probe(result.path).audio[i]
        assert abs(found.start - wanted.start) <= Fraction(1, 1000)


@pytest.mark.parametrize("name", SHAPES)
def test_both_halves_are_upright_and_undistorted(
    name: str, clip: ClipFactory, tmp_path: Path
) -> None:
    wishes, size = SHAPES[name]
    source = clip(name, frames=4, **wishes)
    side_by_side(source, painted(source, tmp_path).path, target := tmp_path / "beside.mp4")
    shape = probe(target).video
    assert (shape.width, shape.height) == (2 * size[0], size[1])
    assert (shape.sample_aspect, shape.rotation) == (1, 0)
    assert shape.width <= WIDEST
    for left, right in halves(target):
        assert apart(left, right) < 6


def test_two_clocks_that_round_differently(clip: ClipFactory, tmp_path: Path) -> None:
    """Matroska counts in milliseconds: some of its frames begin a little early, others late."""
    source = clip("ntsc.mp4", rate=Fraction(30000, 1001), frames=20)
    rounded, target = tmp_path / "rounded.mkv", tmp_path / "beside.mp4"
    ffmpeg(["-nostdin", "-v", "error", "-i", f"file:{source}", "-c", "copy", f"file:{rounded}"])
    assert frame_times(rounded) != frame_times(source)
    side_by_side(source, rounded, target)
    assert [apart(*pair) < 3 for pair in halves(target)] == [True] * 20


def test_a_painting_of_another_video_is_refused(clip: ClipFactory, tmp_path: Path) -> None:
    source = clip("long.mp4", frames=12)
    for other in (
        make_clip(tmp_path / "short.mp4", frames=11),
        make_clip(tmp_path / "slow.mp4", frames=12, rate=12),
    ):
        with pytest.raises(FidelityError, match=r"12 frames, not 11|not shown when they were"):
            side_by_side(source, other, tmp_path / "beside.mp4")
