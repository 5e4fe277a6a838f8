"""Decoder and encoder: colours, times, sizes, and shards that join."""

from dataclasses import replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from style_pipeline.errors import MediaError
from style_pipeline.job import Encoding
from style_pipeline.manifest import ColourTags, FrameManifest, FrameShard, VideoFormat
from style_pipeline.output import PRESETS
from style_pipeline.worker import codecs
from style_pipeline.worker.decoder import decode
from style_pipeline.worker.encoder import ShardEncoder, Times
from style_pipeline_tests.clips import ffmpeg
from style_pipeline_tests.sources import lossless, picture, video_format

FAST = Encoding(preset="ultrafast")

MATRICES = {
    "bt709": (0.2126, 0.0722),
    "fcc": (0.30, 0.11),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
}
"""Kr and Kb of every matrix, from ITU-T H.273."""


def encoded(
    pictures: list[NDArray[np.uint8]],
    format: VideoFormat,
    pts: list[int] | None = None,
    encoding: Encoding = FAST,
) -> bytes:
    start = pts or list(range(len(pictures)))
    ends = [*start[1:], start[-1] + 5]
    durations = tuple(end - begin for begin, end in zip(start, ends, strict=True))
    encoder = ShardEncoder(format, encoding, Times(format.time_base, tuple(start), durations))
    for pixels in pictures:
        encoder.add(pixels)
    return encoder.finish()


def frames(content: bytes) -> list[av.VideoFrame]:
    with av.open(BytesIO(content)) as container:
        return list(container.decode(video=0))


def manifest(pts: tuple[int, ...], counts: list[int], format: VideoFormat) -> FrameManifest:
    firsts = [sum(counts[:index]) for index in range(len(counts))]
    shards = tuple(
        FrameShard(index, first, count, str(index), "", 0)
        for index, (first, count) in enumerate(zip(firsts, counts, strict=True))
    )
    return FrameManifest("", "", format, pts, 5, shards)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_smallest_pictures_of_every_preset_are_encoded(preset: str) -> None:
    chosen = PRESETS[preset]
    side = chosen.smallest
    pictures = [np.full((side, side, 3), level, np.uint8) for level in (20, 120, 220)]
    content = encoded(pictures, video_format(side, side), encoding=chosen.encoding)
    shown = [frame.to_ndarray(format="gray").mean() for frame in frames(content)]
    assert shown == pytest.approx([20, 120, 220], abs=20)


@pytest.mark.parametrize("range_name", ["tv", "pc"])
@pytest.mark.parametrize("matrix", MATRICES)
def test_a_colour_is_encoded_by_its_matrix_and_decoded_by_it_again(
    matrix: str, range_name: str
) -> None:
    tags = ColourTags(matrix, "bt709", "bt709", range_name, tagged=True)
    colour = np.array([32, 192, 64])
    flat = np.broadcast_to(colour, (32, 32, 3)).astype(np.uint8)
    content = encoded([flat], video_format(32, 32, colour=tags), encoding=Encoding(crf=1))
    (frame,) = frames(content)
    found = [np.frombuffer(bytes(plane), np.uint8)[0] for plane in frame.planes]
    assert found == pytest.approx(expected_ycc(colour / 255, matrix, range_name), abs=1.5)
    (again,) = decode(content, video_format(32, 32, colour=tags), 1, "shard")
    assert np.abs(again[8, 8].astype(int) - colour).max() <= 3


def expected_ycc(rgb: NDArray[np.float64], matrix: str, range_name: str) -> list[float]:
    """Y, Cb and Cr as the standard has them, in 8 bits."""
    kr, kb = MATRICES[matrix]
    luma = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2]
    blue, red = (rgb[2] - luma) / (2 - 2 * kb), (rgb[0] - luma) / (2 - 2 * kr)
    if range_name == "pc":
        return [255 * luma, 128 + 255 * blue, 128 + 255 * red]
    return [16 + 219 * luma, 128 + 224 * blue, 128 + 224 * red]


def test_the_stream_says_how_it_is_to_be_read() -> None:
    tags = ColourTags("smpte170m", "bt470bg", "iec61966-2-1", "pc", tagged=True)
    format = video_format(colour=tags, sample_aspect=Fraction(4, 3))
    with av.open(BytesIO(encoded([picture(0, 64, 48)], format))) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries) == (6, 5)
        assert (context.color_trc, context.color_range) == (13, 2)
        assert context.sample_aspect_ratio == Fraction(4, 3)


def test_a_colour_that_we_cannot_convert_is_refused() -> None:
    tags = ColourTags("ictcp", "bt2020", "smpte2084", "tv", tagged=True)
    with pytest.raises(MediaError, match="ictcp"):
        encoded([picture(0, 64, 48)], video_format(colour=tags))


@pytest.mark.parametrize(("width", "height"), [(64, 48), (65, 48), (64, 47), (321, 241), (2, 2)])
def test_every_size_is_kept(width: int, height: int) -> None:
    (frame,) = frames(encoded([picture(0, width, height)], video_format(width, height)))
    assert (frame.width, frame.height) == (width, height)


@settings(max_examples=25, deadline=None)
@given(
    time_base=st.sampled_from(
        [Fraction(1, 24), Fraction(1001, 30000), Fraction(1, 90000), Fraction(1, 1000)]
    ),
    start=st.integers(0, 10**10),
    steps=st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
)
def test_times_are_kept_exactly(time_base: Fraction, start: int, steps: list[int]) -> None:
    pts = [start + sum(steps[:index]) for index in range(len(steps) + 1)]
    pictures = [picture(number, 16, 16) for number in range(len(pts))]
    found = frames(encoded(pictures, video_format(16, 16, time_base), pts))
    times = [(frame.pts or 0) * Fraction(frame.time_base or 0) for frame in found]
    assert times == [time * time_base for time in pts]


def test_times_of_a_shard_count_from_the_first_frame_of_the_video() -> None:
    whole = manifest((100, 110, 125, 127, 160), [2, 3], video_format())
    assert Times.of(whole, whole.shards[0]) == Times(whole.format.time_base, (0, 10), (10, 15))
    assert Times.of(whole, whole.shards[1]).pts == (25, 27, 60)
    assert Times.of(whole, whole.shards[1]).durations == (2, 33, 5)


def test_equal_pictures_give_equal_bytes_without_dates_or_versions() -> None:
    pictures = [picture(number, 64, 48) for number in range(5)]
    first, second = (encoded(pictures, video_format()) for _ in range(2))
    assert first == second
    assert b"Lavf" not in first
    with av.open(BytesIO(first)) as container:
        assert "creation_time" not in container.metadata


@pytest.mark.parametrize("preset", ["ultrafast", "veryfast"])
def test_shards_of_any_length_join_by_copying_their_packets(tmp_path: Path, preset: str) -> None:
    """Uneven frame times, and shards of one frame: what B-frames would break."""
    pts = (7, 8, 9, 200, 201, 500, 501, 502, 503, 1000)
    format = video_format(time_base=Fraction(1, 1000))
    whole = manifest(pts, [4, 1, 4, 1], format)
    playlist, headers = ["ffconcat version 1.0"], set()
    for shard in whole.shards:
        encoder = ShardEncoder(format, Encoding(preset=preset), Times.of(whole, shard))
        for number in range(shard.first_frame, shard.first_frame + shard.count):
            encoder.add(np.full((48, 64, 3), 25 * number, np.uint8))
        (tmp_path / f"{shard.index}.mp4").write_bytes(encoder.finish())
        span = sum(Times.of(whole, shard).durations)
        playlist += [f"file {shard.index}.mp4", f"duration {span * 1000}us"]
        with av.open(str(tmp_path / f"{shard.index}.mp4")) as container:
            headers.add(container.streams.video[0].codec_context.extradata)
            packets = [packet for packet in container.demux() if packet.size]
            assert packets[0].is_keyframe
            assert [packet.dts for packet in packets] == [packet.pts for packet in packets]
    assert len(headers) == 1
    (tmp_path / "list").write_text("\n".join(playlist))
    ffmpeg(["-v", "error", "-i", f"file:{tmp_path}/list", "-c", "copy", f"{tmp_path}/all.mp4"])
    found = frames((tmp_path / "all.mp4").read_bytes())
    shades = [int(frame.to_ndarray(format="gray").mean()) for frame in found]
    assert shades == pytest.approx([25 * n for n in range(10)], abs=3)
    times = [float((frame.pts or 0) * Fraction(frame.time_base or 0)) for frame in found]
    assert [time - times[0] for time in times] == pytest.approx([(p - 7) / 1000 for p in pts])


def test_every_cpu_encodes_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """x264 with and without the vector instructions of this machine."""
    pictures = [rough(number) for number in range(12)]
    here = encoded(pictures, video_format(320, 180), encoding=Encoding())
    x264 = codecs.CODECS["libx264"]
    plain = {**x264.options, "x264-params": f"{x264.options['x264-params']}:asm=0"}
    monkeypatch.setitem(codecs.CODECS, "libx264", replace(x264, options=plain))
    assert encoded(pictures, video_format(320, 180), encoding=Encoding()) == here


def rough(number: int) -> NDArray[np.uint8]:
    """A picture of blocks that move, with grain, [180, 320, 3]."""
    blocks = np.random.default_rng(7).integers(20, 236, (45, 80, 3), np.int16)
    moved = np.roll(np.kron(blocks, np.ones((4, 4, 1), np.int16)), 3 * number, 1)
    return (moved + np.random.default_rng(number).integers(-20, 20, moved.shape)).astype(np.uint8)


def test_a_shard_takes_exactly_its_pictures() -> None:
    times = Times(Fraction(1, 25), (0, 1), (1, 1))
    encoder = ShardEncoder(video_format(), FAST, times)
    encoder.add(picture(0, 64, 48))
    with pytest.raises(MediaError, match="1 of 2"):
        encoder.finish()
    encoder = ShardEncoder(video_format(), FAST, times)
    encoder.add(picture(0, 64, 48))
    encoder.add(picture(1, 64, 48))
    with pytest.raises(MediaError, match="one more"):
        encoder.add(picture(2, 64, 48))


def test_an_unknown_encoder_is_one_of_our_errors() -> None:
    with pytest.raises(MediaError, match="encoder"):
        encoded([picture(0, 64, 48)], video_format(), encoding=Encoding(codec="nonesuch"))


def test_the_decoder_gives_back_the_pictures() -> None:
    pictures = [picture(number, 65, 47) for number in range(3)]
    found = list(decode(lossless(pictures), video_format(65, 47), 3, "shard"))
    assert len(found) == 3
    for before, after in zip(pictures, found, strict=True):
        assert after.dtype == np.uint8
        assert np.abs(before.astype(int) - after).max() <= 2


@pytest.mark.parametrize("promised", [2, 4])
def test_a_shard_of_another_length_is_refused_before_its_last_picture(promised: int) -> None:
    content = lossless([picture(number, 64, 48) for number in range(3)])
    got: list[object] = []
    with pytest.raises(MediaError, match=f"holds 3 frames, not {promised}"):
        got.extend(decode(content, video_format(), promised, "shard"))
    assert len(got) < promised


def test_a_shard_of_another_size_or_no_shard_at_all_is_refused() -> None:
    content = lossless([picture(0, 64, 48)])
    with pytest.raises(MediaError, match="64x48, not 32x32"):
        list(decode(content, video_format(32, 32), 1, "shard"))
    with pytest.raises(MediaError, match="decoding shard"):
        list(decode(b"no video at all", video_format(), 1, "shard"))
    with pytest.raises(MediaError, match="shard"):
        list(decode(content[: len(content) // 2], replace(video_format()), 1, "shard"))
