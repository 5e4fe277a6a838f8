"""Whether a finished file kept what we promise: read back and compared, property by property."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from style_pipeline.manifest import FrameManifest
from style_pipeline.media import verify_company, verify_pictures, verify_rate, verify_sound
from style_pipeline.media.assemble import Parts
from style_pipeline.media.boxes import index_comes_first
from style_pipeline.media.containers import Container
from style_pipeline.media.probe import SourceProbe, probe
from style_pipeline.media.verdicts import TOLERANCE, Verdict, equal, in_ms


def verify(parts: Parts, container: Container, finished: Path) -> tuple[Verdict, ...]:
    """Compare ``finished`` with its source; raises MediaError where it cannot be read."""
    result = probe(finished)
    return (
        *_pictures(parts.manifest, result),
        *verify_pictures.verdicts(parts, result.video_codec, finished),
        *_times(parts.manifest, result),
        *verify_rate.verdicts(parts, result),
        *_index(container, finished),
        *verify_sound.verdicts(parts, container, result, finished),
        *verify_company.verdicts(parts, container, result, finished),
    )


def _pictures(manifest: FrameManifest, result: SourceProbe) -> Iterator[Verdict]:
    wanted, found = manifest.format, result.video
    yield equal("frames", manifest.frame_count, len(result.packet_pts))
    yield equal("size", f"{wanted.width}x{wanted.height}", f"{found.width}x{found.height}")
    yield equal("pixel aspect", wanted.sample_aspect, found.sample_aspect)
    yield equal("rotation", wanted.rotation, found.rotation)
    yield equal("field order", "progressive", result.field_order)
    for name in ("matrix", "primaries", "transfer", "range"):
        yield equal(f"colour {name}", getattr(wanted.colour, name), getattr(found.colour, name))


def _times(manifest: FrameManifest, result: SourceProbe) -> Iterator[Verdict]:
    ours = since_first(result.packet_pts, result.video.time_base)
    theirs = since_first(manifest.pts, manifest.format.time_base)
    pairs = zip(ours, theirs, strict=False)
    worst = max((abs(a - b) for a, b in pairs), default=Fraction(0))
    yield Verdict("frame times", "within 1 ms", f"within {in_ms(worst)}", worst <= TOLERANCE)
    last = result.last_duration * result.video.time_base
    duration = (ours[-1] if ours else Fraction(0)) + last
    kept = abs(duration - manifest.duration) <= TOLERANCE
    yield Verdict("duration", _s(manifest.duration), _s(duration), kept)


def _index(container: Container, finished: Path) -> Iterator[Verdict]:
    if container.is_mp4:
        yield equal("index in front", True, index_comes_first(finished))


def since_first(pts: tuple[int, ...], time_base: Fraction) -> list[Fraction]:
    """When frames are shown, in seconds after the first of them."""
    return [(time - pts[0]) * time_base for time in pts]


def _s(seconds: Fraction) -> str:
    return f"{float(seconds):.6f} s"
