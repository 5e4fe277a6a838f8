"""Limits: each refuses what is past it, by its name, and nothing that is not."""

from dataclasses import replace

import pytest

from style_pipeline.limits import Content, UploadLimits, program_limits

LIMITS = UploadLimits(
    size=1 << 30, seconds=600, frames=1000, pixels=2_000_000, streams=4, painting_seconds=7200
)
FITS = Content(seconds=600, frames=1000, pixels=2_000_000, streams=4, painting_seconds=7200)


def test_what_just_fits_is_let_in() -> None:
    assert LIMITS.fault(FITS) is None
    assert LIMITS.size_fault(1 << 30) is None


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"seconds": 1200.0}, "lasts 20.0 minutes, the limit is 10.0: cut it, or raise {}MINUTES"),
        ({"frames": 1001}, "has 1,001 frames, the limit is 1,000: cut it, or raise {}FRAMES"),
        (
            {"pixels": 2_000_001},
            "has 2,000,001 pixels in a frame, the limit is 2,000,000: scale it down, "
            "or raise {}PIXELS",
        ),
        ({"streams": 5}, "has 5 streams, the limit is 4: leave some out, or raise {}STREAMS"),
        (
            {"painting_seconds": 9000.0},
            "takes an estimated 2.5 hours to paint, the limit is 2.0: cut it, scale it down, "
            "or paint it with a smaller scale, or raise {}PAINTING_HOURS",
        ),
    ],
)
def test_each_limit_is_named_with_what_was_found_and_the_remedy(
    change: dict[str, float], fault: str
) -> None:
    found = replace(FITS, **change)  # type: ignore[arg-type]
    assert LIMITS.fault(found) == fault.format("STYLE_PIPELINE_UPLOAD_")


def test_a_file_is_refused_by_its_size_alone() -> None:
    assert LIMITS.size_fault((1 << 30) + 1) == (
        "is 1,073,741,825 bytes, the limit is 1,073,741,824: compress it, "
        "or raise STYLE_PIPELINE_UPLOAD_GIB"
    )


def test_limits_are_read_from_the_environment() -> None:
    assert UploadLimits.from_environment({}) == UploadLimits()
    assert program_limits({}).seconds == 6 * 3600
    environ = {
        "STYLE_PIPELINE_UPLOAD_GIB": "0.5",
        "STYLE_PIPELINE_UPLOAD_MINUTES": "1",
        "STYLE_PIPELINE_UPLOAD_PAINTING_HOURS": "2",
        "STYLE_PIPELINE_PIXELS_PER_SECOND": "5e6",
        "STYLE_PIPELINE_FFMPEG_MEMORY_GIB": "1.5",
    }
    read = UploadLimits.from_environment(environ)
    assert (read.size, read.seconds, read.painting_seconds, read.pace) == (1 << 29, 60, 7200, 5e6)
    assert program_limits(environ).memory_bytes == 3 << 29
