"""A manifest that contradicts itself cannot exist."""

from dataclasses import replace
from fractions import Fraction

import pytest

from style_pipeline.errors import ManifestError
from style_pipeline.manifest import (
    AudioManifest,
    AudioTrack,
    ColourTags,
    FrameManifest,
    FrameShard,
    RankReport,
    Sidecar,
    StreamTags,
    StyleReport,
    VideoFormat,
)

FORMAT = VideoFormat(
    width=321,
    height=241,
    pixel_format="yuv420p",
    sample_aspect=Fraction(4, 3),
    rotation=90,
    frame_rate=Fraction(30000, 1001),
    time_base=Fraction(1, 30000),
    colour=ColourTags("smpte170m", "smpte170m", "smpte170m", "tv", tagged=False),
)
SHARDS = (FrameShard(0, 0, 2, "a", "00", 10), FrameShard(1, 2, 1, "b", "11", 5))
MANIFEST = FrameManifest("ab", "cd", FORMAT, (500, 1501, 9009), 1001, SHARDS)


def test_what_is_written_is_read() -> None:
    track = AudioTrack(
        stream_index=1,
        codec="aac",
        sample_rate=48000,
        channels=2,
        bits=0,
        tags=StreamTags("eng", "Commentary", default=True),
        start=Fraction(-1024, 48000),
        delay=Fraction(0),
        last_duration=Fraction(1024, 48000),
        packets=250,
        packets_md5="ff",
    )
    audio = AudioManifest("ab", "cd", (track,), "k", "s", 9)
    rank = RankReport(0, "host", 3, 2, 1.5, {"network": 1.0})
    report = StyleReport("d", 3, 2, 1, 1, 1, 1.5, "cpu", (rank,), ("said",))
    sidecar = Sidecar("d", 2, "s", 9)
    for value in (MANIFEST, audio, report, sidecar):
        assert type(value).from_json(value.to_json()) == value


def test_times_are_counted_in_the_time_base() -> None:
    assert MANIFEST.frame_count == 3
    assert MANIFEST.duration == Fraction(9009 - 500 + 1001, 30000)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"pts": (500, 500, 9009)}, "increase"),
        ({"pts": (500, 1501)}, "shards hold 3 of 2"),
        ({"last_duration": 0}, "must last"),
        ({"shards": SHARDS[:1]}, "shards hold 2 of 3"),
        ({"shards": SHARDS[::-1]}, "numbered"),
        ({"shards": (SHARDS[0], replace(SHARDS[1], first_frame=1))}, "overlaps"),
        ({"shards": (replace(SHARDS[0], count=0), SHARDS[1])}, "empty"),
    ],
)
def test_a_contradiction_is_refused(change: dict[str, object], why: str) -> None:
    with pytest.raises(ManifestError, match=why):
        replace(MANIFEST, **change)
