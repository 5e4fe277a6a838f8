"""One bit of one picture, or shards in another order: it is seen, whatever encoded them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from style_pipeline.media.boxes import boxes, packets_of
from style_pipeline.media.verify_pictures import verdicts
from style_pipeline_tests.media.painted import Painted, painted

CODECS = {"mp4-h264": "h264", "mkv-h264": "h264", "mp4-hevc": "hevc", "mov-prores": "prores"}


@pytest.fixture(params=CODECS)
def result(request: pytest.FixtureRequest, clip: Callable[..., Path], tmp_path: Path) -> Painted:
    source = clip("24.mp4", rate=24, frames=30)
    return painted(source, tmp_path, output=request.param)


def broken(result: Painted) -> list[str]:
    codec = {".mov": "prores", ".mkv": "h264"}.get(result.path.suffix)
    if codec is None:
        codec = "hevc" if b"hvc1" in result.path.read_bytes() else "h264"
    return [v.property for v in verdicts(result.parts, codec, result.path) if not v.kept]


def test_what_was_joined_is_what_was_painted(result: Painted) -> None:
    assert broken(result) == []


def test_a_changed_bit_is_seen(result: Painted) -> None:
    """In the last picture of a shard, which decodes all the same."""
    shard = result.parts.styled[1]
    content = bytearray(shard.read_bytes())
    with shard.open("rb") as stream:
        (packets,) = (b for b in boxes(stream, len(content)) if b.kind == b"mdat")
    content[packets.start + packets.size - 3] ^= 1
    shard.write_bytes(content)
    assert broken(result) == ["picture packets"]


def test_shards_in_another_order_are_seen(result: Painted) -> None:
    first, second, *rest = result.parts.styled
    parts = replace(result.parts, styled=[second, first, *rest])
    assert broken(replace(result, parts=parts)) == ["picture packets"]


def test_a_shard_that_does_not_open_is_seen(result: Painted) -> None:
    """Were a shard to lean on the one before it, fewer pictures than shards could be entered."""
    parts = replace(result.parts, styled=[*result.parts.styled] * 8)
    assert "shards that open" in broken(replace(result, parts=parts))


def test_packets_are_what_lies_in_the_data(tmp_path: Path) -> None:
    long = b"\0\0\0\1mdat" + (19).to_bytes(8) + b"abc"
    (path := tmp_path / "x.mp4").write_bytes(b"\0\0\0\x0cftypisom" + long + b"\0\0\0\0mdatde")
    assert packets_of(path) == b"abcde"
