"""Whether the pictures of a finished file take the bits that were asked for, shard by shard."""

from collections.abc import Iterator

from style_pipeline.job import RATE_TOLERANCE
from style_pipeline.manifest import FrameManifest
from style_pipeline.media.assemble import Parts
from style_pipeline.media.probe import SourceProbe
from style_pipeline.media.verdicts import Verdict


def verdicts(parts: Parts, result: SourceProbe) -> Iterator[Verdict]:
    """One, where a bit rate was asked for; ``result`` is what was read of the finished file.

    A shard of another size is listed, and breaks no promise: black pictures take no more bits than
    they need, and a codec's coarsest quality is as small as it goes.
    """
    if parts.bit_rate is None or not result.packet_sizes:
        return
    rates = _rates(parts.manifest, result.packet_sizes)
    times = [rate / parts.bit_rate for rate in rates]
    off = sum(abs(share - 1) > RATE_TOLERANCE for share in times)
    whole = 8 * sum(result.packet_sizes) / float(parts.manifest.duration)
    found = f"{_rate(whole)}, shards {min(times):.2f} to {max(times):.2f} times that"
    listed = f"; {off} of {len(times)} cannot be encoded any nearer" if off else ""
    wanted = f"{_rate(parts.bit_rate)}, each shard within {RATE_TOLERANCE:.0%}"
    yield Verdict("bit rate", wanted, found + listed, kept=True, listed=off > 0)


def _rates(manifest: FrameManifest, sizes: tuple[int, ...]) -> Iterator[float]:
    """Bits per second of each shard's pictures."""
    ends = (*manifest.pts, manifest.pts[-1] + manifest.last_duration)
    for shard in manifest.shards:
        first, following = shard.first_frame, shard.first_frame + shard.count
        seconds = (ends[following] - ends[first]) * manifest.format.time_base
        yield float(8 * sum(sizes[first:following]) / seconds)


def _rate(bits: float) -> str:
    return f"{bits:,.0f} bit/s"
