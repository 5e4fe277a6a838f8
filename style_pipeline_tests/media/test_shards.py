"""A shard's times are read from its packets: thousands of shards leave no time to decode one."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import pytest

from style_pipeline.errors import MediaError
from style_pipeline.media.frames import FrameSettings, extract_frames
from style_pipeline.media.probe import probe
from style_pipeline.media.shards import read_times

_A_PICTURE = "nal_unit_type: 5(IDR)"
"""What FFmpeg's decoder of H.264 says of each picture that it decodes by itself."""


@pytest.fixture
def talkative() -> Iterator[None]:
    av.logging.set_level(av.logging.DEBUG)
    yield
    av.logging.set_level(None)


@pytest.fixture
def shard(clip: Callable[..., Path], tmp_path: Path) -> Path:
    source = clip("even.mp4", frames=6, rate=25)
    (shard,) = extract_frames(source, probe(source), tmp_path, FrameSettings(6)).shards
    return shard.path


@pytest.mark.usefixtures("talkative")
def test_no_picture_is_decoded_for_its_time(shard: Path) -> None:
    with av.logging.Capture() as said:
        times = read_times(shard).times
    assert times == tuple(Fraction(n, 25) for n in range(6))
    assert said
    assert not any(_A_PICTURE in message for _, _, message in said)
    with av.logging.Capture() as said, av.open(str(shard)) as container:
        container.streams.video[0].codec_context.thread_count = 1  # others would wait for the log
        next(container.decode(video=0))
    assert any(_A_PICTURE in message for _, _, message in said)


def test_what_is_no_shard_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "000000.nut").write_bytes(b"nothing")
    with pytest.raises(MediaError, match="just written, cannot be read"):
        read_times(tmp_path / "000000.nut")
