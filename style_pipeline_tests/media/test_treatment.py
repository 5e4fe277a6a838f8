"""What is done to pictures on purpose, seen in the pictures themselves."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from style_pipeline.media.frames import FrameSettings
from style_pipeline.worker.decoder import decode
from style_pipeline_tests.clips import ffmpeg
from style_pipeline_tests.media.painted import take_apart


def first_picture(source: Path, folder: Path, **wishes: bool) -> NDArray[np.uint8]:
    """What the network would see first, [H, W, 3]."""
    (shards := folder / "shards").mkdir()
    _, manifest = take_apart(source, shards, FrameSettings(8, **wishes))  # type: ignore[arg-type]
    shard = manifest.shards[0]
    content = Path(shard.key).read_bytes()
    return next(iter(decode(content, manifest.format, shard.count, "shard")))


def test_fields_of_two_moments_are_pulled_apart(tmp_path: Path) -> None:
    """A bar that moves from one field to the next leaves a comb, which must go."""
    source = tmp_path / "comb.mp4"
    bar = (
        "nullsrc=s=96x64:r=50:d=0.4,geq=lum='if(between(mod(X-8*N,96),0,15),235,16)':cb=128:cr=128"
    )
    woven = f"{bar},tinterlace=interleave_top"
    flags = ["-flags", "+ilme+ildct", "-top", "1", "-pix_fmt", "yuv420p", "-qp", "2"]
    ffmpeg(["-f", "lavfi", "-i", woven, *flags, f"file:{source}"])
    raw = ["-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", f"file:{tmp_path / 'raw'}"]
    ffmpeg(["-i", f"file:{source}", *raw])
    before = np.frombuffer((tmp_path / "raw").read_bytes(), np.uint8).reshape(64, 96)
    after = first_picture(source, tmp_path)[..., 1]
    assert combing(before) > 20
    assert combing(after) < 4


def combing(grey: NDArray[np.uint8]) -> float:
    """How much a line differs from the mean of its neighbours, on average."""
    lines = grey.astype(float)
    return float(np.abs(lines[1:-1] - (lines[:-2] + lines[2:]) / 2).mean())


@pytest.mark.parametrize("curve", ["smpte2084", "arib-std-b67"])
def test_hdr_is_neither_washed_out_nor_dark(tmp_path: Path, curve: str) -> None:
    """A ramp of light stays a ramp over most of the range; flattened PQ is grey and dim."""
    source = tmp_path / "hdr.mkv"
    ramp = "nullsrc=s=256x32:r=25:d=0.2,format=gbrpf32le,geq=r='X/255':g='X/255':b='X/255'"
    linear = "setparams=color_trc=linear:color_primaries=bt709:colorspace=gbr"
    coded = f"zscale=t={curve}:p=bt2020:m=bt2020nc:r=tv:npl=100,format=yuv420p10le"
    tags = ["-color_primaries", "bt2020", "-color_trc", curve, "-colorspace", "bt2020nc"]
    codec = ["-c:v", "ffv1", "-color_range", "tv", *tags]
    ffmpeg(["-f", "lavfi", "-i", f"{ramp},{linear},{coded}", *codec, f"file:{source}"])
    line = first_picture(source, tmp_path)[16].astype(int)
    assert line[0].max() <= 8
    assert line[-1].min() >= 120
    assert np.diff(line[:, 1]).min() >= -1
    assert np.abs(line[:, 0] - line[:, 2]).max() <= 3


def test_what_is_transparent_lies_on_black(tmp_path: Path) -> None:
    """Half of a red picture is half seen through."""
    source = tmp_path / "glass.mov"
    red = "color=c=red:s=64x48:r=25:d=0.2,format=argb,geq=r=255:g=0:b=0:a='if(lt(X,32),255,128)'"
    ffmpeg(["-f", "lavfi", "-i", red, "-c:v", "qtrle", f"file:{source}"])
    seen = first_picture(source, tmp_path)
    assert np.abs(seen[24, 8].astype(int) - (255, 0, 0)).max() <= 4
    assert np.abs(seen[24, 56].astype(int) - (128, 0, 0)).max() <= 4


def test_a_picture_is_turned_as_players_turn_it(tmp_path: Path) -> None:
    """Its left half is white: by 90 degrees, counter-clockwise, the lower half is."""
    upright, source = tmp_path / "upright.mp4", tmp_path / "turned.mp4"
    half = "nullsrc=s=64x48:r=25:d=0.2,geq=lum='if(lt(X,32),235,16)':cb=128:cr=128"
    ffmpeg(["-f", "lavfi", "-i", half, "-pix_fmt", "yuv420p", f"file:{upright}"])
    ffmpeg(
        ["-i", f"file:{upright}", "-c", "copy", "-metadata:s:v:0", "rotate=90", f"file:{source}"]
    )
    raw = ["-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", f"file:{tmp_path / 'raw'}"]
    ffmpeg(["-i", f"file:{source}", *raw])
    shown = np.frombuffer((tmp_path / "raw").read_bytes(), np.uint8).reshape(64, 48, 3)
    ours = first_picture(source, tmp_path, upright=True)
    assert ours.shape == shown.shape
    assert np.abs(ours.astype(int) - shown).mean() < 3
