"""An asked bit rate is kept, codec by codec, on pictures that are easy, hard and in between."""

from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from style_pipeline.errors import MediaError, ScratchFull
from style_pipeline.job import RATE_TOLERANCE, Encoding
from style_pipeline.output import choose
from style_pipeline.worker import kept_frames
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline.worker.rated import RatedShardEncoder, encoder_for
from style_pipeline_tests.sources import BT709, picture, video_format

PRESETS = ("mp4-h264", "mp4-hevc", "mp4-av1", "webm-vp9")
TIMES = Times(Fraction(1, 24), tuple(range(24)), (1,) * 24)
SIZE = WIDTH, HEIGHT = 160, 120

Pictures = list[NDArray[np.uint8]]
Encoder = TypeVar("Encoder", ShardEncoder, RatedShardEncoder)


def easy() -> Pictures:
    """A ramp that moves, under the grain of a good camera."""
    grain = np.random.default_rng(3).integers(-3, 4, (24, HEIGHT, WIDTH, 3))
    return [(picture(n, *SIZE) // 2 + 64 + grain[n]).astype(np.uint8) for n in range(24)]


def hard() -> Pictures:
    """Blocks that move, under grain."""
    chance = np.random.default_rng(7)
    blocks = np.kron(chance.integers(20, 236, (30, 40, 3), np.int16), np.ones((4, 4, 1), np.int16))
    grain = chance.integers(-20, 20, (24, HEIGHT, WIDTH, 3))
    return [(np.roll(blocks, 3 * n, 1) + grain[n]).astype(np.uint8) for n in range(24)]


def encode(
    pictures: Pictures, encoding: Encoding, times: Times = TIMES
) -> tuple[RatedShardEncoder, bytes]:
    format = video_format(*SIZE, times.time_base)
    encoder = given(RatedShardEncoder(format, encoding, times), pictures)
    return encoder, encoder.finish()


def given(encoder: Encoder, pictures: Pictures) -> Encoder:
    for pixels in pictures:
        encoder.add(pixels)
    return encoder


def bits(content: bytes) -> int:
    """What the packets of a shard take, as PyAV reads them."""
    with av.open(BytesIO(content)) as container:
        return sum(8 * packet.size for packet in container.demux(video=0) if packet.size)


@pytest.mark.parametrize("bit_rate", [150_000, 600_000])
@pytest.mark.parametrize("pictures", [easy, hard])
@pytest.mark.parametrize("preset", PRESETS)
def test_a_bit_rate_is_kept(preset: str, pictures: object, bit_rate: int) -> None:
    assert callable(pictures)
    encoder, content = encode(pictures(), choose(preset, bit_rate=bit_rate).encoding)
    assert bits(content) == pytest.approx(bit_rate, rel=RATE_TOLERANCE)
    assert encoder.missed is None


@pytest.mark.parametrize("preset", PRESETS)
def test_shards_of_other_qualities_share_their_parameters(preset: str) -> None:
    """Or they could not be joined by copying packets."""
    headers, qualities = set(), set()
    for pictures, bit_rate in ((easy(), 600_000), (hard(), 150_000)):
        encoder, content = encode(pictures, choose(preset, bit_rate=bit_rate).encoding)
        qualities.add(encoder.chosen.quality)
        with av.open(BytesIO(content)) as container:
            headers.add(container.streams.video[0].codec_context.extradata)
    assert (len(headers), len(qualities)) == (1, 2)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("range_name", ["tv", "pc"])
@pytest.mark.parametrize("size", [SIZE, (61, 47)])
def test_another_try_is_what_the_first_would_have_been(
    preset: str, size: tuple[int, int], range_name: str
) -> None:
    """Kept pictures lose nothing: the very bytes of an encoder that is told that quality."""
    format = video_format(*size, TIMES.time_base, colour=replace(BT709, range=range_name))
    encoding = choose(preset, bit_rate=90_000).encoding
    pictures = [picture(number, *size) for number in range(24)]
    rated = given(RatedShardEncoder(format, encoding, TIMES), pictures)
    content = rated.finish()
    assert len(rated.tries) > 1
    plain = given(ShardEncoder(format, encoding, TIMES, rated.chosen.quality), pictures)
    assert plain.finish() == content
    assert rated.chosen is not rated.tries[0]


@pytest.mark.parametrize("preset", PRESETS)
def test_equal_pictures_give_equal_bytes(preset: str) -> None:
    encoding = choose(preset, bit_rate=300_000).encoding
    assert encode(hard(), encoding)[1] == encode(hard(), encoding)[1]


@pytest.mark.parametrize("preset", PRESETS)
def test_black_pictures_are_as_fine_as_can_be_and_that_is_known(preset: str) -> None:
    black = [np.zeros((HEIGHT, WIDTH, 3), np.uint8)] * 24
    encoder, content = encode(black, choose(preset, bit_rate=5_000_000).encoding)
    assert encoder.missed == pytest.approx(bits(content) / 5_000_000, rel=0.1)
    assert encoder.missed < 0.5
    assert min(one.quality for one in encoder.tries) == 1


def test_a_rate_below_the_coarsest_quality_gives_the_smallest_shard() -> None:
    encoder, content = encode(hard(), choose("mp4-h264", bit_rate=10_000).encoding)
    assert encoder.missed is not None
    assert encoder.missed > 1.1
    smallest = min(one.size for one in encoder.tries)
    assert bits(content) == pytest.approx(8 * smallest, rel=0.01)
    assert max(one.quality for one in encoder.tries) == 51


def test_the_budget_goes_by_the_time_of_the_pictures() -> None:
    """Uneven frames of one second in all, and the same ones shown for four."""
    short = Times(Fraction(1, 1000), tuple(range(0, 480, 20)), (20,) * 23 + (540,))
    long = Times(Fraction(1, 250), short.pts, short.durations)
    encoding = choose("mp4-h264", bit_rate=150_000).encoding
    one, four = (bits(encode(hard(), encoding, times)[1]) for times in (short, long))
    assert one == pytest.approx(150_000, rel=RATE_TOLERANCE)
    assert four == pytest.approx(600_000, rel=RATE_TOLERANCE)


def test_a_quality_is_encoded_once_and_nothing_is_kept() -> None:
    encoder = encoder_for(video_format(*SIZE), Encoding(), TIMES)
    assert isinstance(encoder, ShardEncoder)
    assert encoder.missed is None


def test_a_missing_picture_is_seen_before_another_try() -> None:
    with pytest.raises(MediaError, match="3 of 24"):
        encode(easy()[:3], choose("mp4-h264", bit_rate=300_000).encoding)


def test_what_has_one_quality_has_no_bit_rate() -> None:
    encoding = replace(choose("mov-prores").encoding, bit_rate=300_000)
    with pytest.raises(MediaError, match="prores_ks has no bit rate"):
        encode(easy(), encoding)


def test_a_full_disk_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(kept_frames, "TemporaryFile", lambda **_: full)
        with pytest.raises(ScratchFull, match="free some space"):
            encode(easy(), choose("mp4-h264", bit_rate=300_000).encoding)
