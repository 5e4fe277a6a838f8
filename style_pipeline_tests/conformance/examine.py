"""One case of the matrix, carried out: the clip made, painted by nobody, joined, and measured.

What the product says about its own result is asked for, and measured again by other means: PyAV
decodes source and result, whose frames show their numbers.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from style_pipeline import process
from style_pipeline.errors import UnusableVideo
from style_pipeline.media.frames import FrameSettings
from style_pipeline.media.plan import plan
from style_pipeline.media.treatment import Policies
from style_pipeline.media.verify import verify
from style_pipeline.output import choose
from style_pipeline_tests.clips import ffmpeg, frame_numbers, frame_times, make_clip
from style_pipeline_tests.conformance.cases import Case
from style_pipeline_tests.media.painted import Painted, painted

MILLISECOND = Fraction(1, 1000)


@dataclass(frozen=True)
class Finding:
    """One measured property of one case."""

    what: str
    expected: str
    measured: str
    good: bool


def make(case: Case, folder: Path) -> Path:
    """The clip of a case in ``folder``."""
    path = make_clip(folder / case.name, **case.clip)
    return case.dress(path) if case.dress else path


def examine(case: Case, folder: Path) -> tuple[Finding, ...]:
    """What became of a case; ``folder`` is empty."""
    (made := folder / "made").mkdir()
    (work := folder / "work").mkdir()
    source = make(case, made)
    settings = FrameSettings(8, policies=policies(case))
    try:
        result = painted(
            source, work, settings=settings, output=case.output, bit_rate=case.bit_rate
        )
        findings = (
            *_own(result),
            *_said(case, result),
            *_seen(case, source, result),
            *_weighed(case, result),
        )
    except UnusableVideo as error:
        return (_refusal(case, str(error)),)
    if case.refused:
        return (Finding("refused", case.refused, "not refused", good=False),)
    return findings


def policies(case: Case) -> Policies:
    chosen = {
        key: value for key, value in case.settings.items() if key not in ("output", "bit_rate")
    }
    return Policies(**chosen)


def _refusal(case: Case, reason: str) -> Finding:
    good = case.refused is not None and re.search(case.refused, reason) is not None
    return Finding("refused", case.refused or "not refused", reason, good and "\n" not in reason)


def _own(result: Painted) -> Iterator[Finding]:
    """The product's own comparison."""
    for verdict in verify(result.parts, result.container, result.path):
        yield Finding(verdict.property, verdict.expected, verdict.measured, verdict.kept)


def _said(case: Case, result: Painted) -> Iterator[Finding]:
    """What is done on purpose is said."""
    notes = result.parts.manifest.notes
    encoding = choose(case.output, bit_rate=case.bit_rate).encoding
    lines = plan(result.probe, notes, result.container, encoding)
    words = "; ".join(f"{line.part} {line.fate}: {line.how}" for line in lines)
    for wanted in case.said:
        yield Finding("said", wanted, words, wanted.lower() in words.lower())


def _seen(case: Case, source: Path, result: Painted) -> Iterator[Finding]:
    """Frames, times and pictures, decoded by PyAV."""
    count = case.clip.get("frames", 12)
    if "picture" in case.clip:
        yield from _levels(case, source, result)
    else:
        numbers = frame_numbers(result.path)
        yield Finding(
            "frames seen", f"0 to {count - 1}", _range(numbers), numbers == [*range(count)]
        )
    stream = result.probe.video_stream_index
    ours, theirs = frame_times(result.path), _times(source, stream)
    moved = [abs((a - ours[0]) - (b - theirs[0])) for a, b in zip(ours, theirs, strict=False)]
    worst, same = max(moved, default=Fraction(0)), len(ours) == len(theirs)
    measured = f"{len(ours)} frames, moved by {float(worst * 1000):.3f} ms at most"
    good = same and worst <= MILLISECOND
    yield Finding("frame times", f"{len(theirs)} frames, within 1 ms", measured, good)


def _weighed(case: Case, result: Painted) -> Iterator[Finding]:
    """What each shard's packets take, as PyAV reads them from the finished file."""
    if case.bit_rate is None:
        return
    manifest = result.parts.manifest
    with av.open(str(result.path)) as container:
        sizes = [packet.size for packet in container.demux(video=0) if packet.size]
    times = [*manifest.pts, manifest.pts[-1] + manifest.last_duration]
    rates = []
    for shard in manifest.shards:
        first, end = shard.first_frame, shard.first_frame + shard.count
        seconds = (times[end] - times[first]) * manifest.format.time_base
        rates.append(float(sum(sizes[first:end]) * 8 / seconds) / case.bit_rate)
    measured = f"{min(rates):.2f} to {max(rates):.2f} times {case.bit_rate} bit/s"
    good = all(0.9 <= rate <= 1.1 for rate in rates)
    yield Finding("bits of a shard", "within 10%", measured, good)


def _times(path: Path, stream: int) -> list[Fraction]:
    """When frames are shown, in seconds, as ffprobe decodes them; AVI keeps no times to go by."""
    argv = ["ffprobe", "-v", "error", "-select_streams", str(stream), "-of", "json"]
    argv += ["-show_entries", "frame=best_effort_timestamp:stream=time_base", f"file:{path}"]
    found = json.loads(process.run(argv, limits=process.Limits(seconds=60)).stdout)
    base = Fraction(found["streams"][0]["time_base"])
    times = [frame.get("best_effort_timestamp") for frame in found["frames"]]
    return frame_times(path) if None in times else [int(time) * base for time in times]


def _range(numbers: list[int]) -> str:
    return f"0 to {numbers[-1]}" if numbers == [*range(len(numbers))] else str(numbers)


def _levels(case: Case, source: Path, result: Painted) -> Iterator[Finding]:
    """Source and result as FFmpeg shows them; the edges of bars are blurred by chroma, in both."""
    colour = result.parts.manifest.format.colour
    before, after = (_rgb(path, colour.matrix, colour.range) for path in (source, result.path))
    flat = _flat(before)
    apart = np.abs(before.astype(int) - after)[flat]
    measured = f"{apart.max()} of 255 at most, on {flat.mean():.0%} of the picture"
    yield Finding("levels", "within 1", measured, bool(apart.max() <= 1 and flat.mean() > 0.2))


def _rgb(path: Path, matrix: str, range_: str) -> np.ndarray:
    """The first frame, [H, W, 3] uint8, by the colours that it should be read by."""
    with av.open(str(path)) as container:
        video = next(s for s in container.streams.video)
        width, height = video.width, video.height
    raw = path.with_suffix(".rgb")
    convert = f"scale=in_color_matrix={matrix}:in_range={range_}:flags=accurate_rnd+full_chroma_int"
    picked = ["-v", "error", "-y", "-noautorotate", "-i", f"file:{path}", "-frames:v", "1"]
    ffmpeg([*picked, "-vf", convert, "-pix_fmt", "rgb24", "-f", "rawvideo", f"file:{raw}"])
    return np.frombuffer(raw.read_bytes(), np.uint8).reshape(height, width, 3)


def _flat(picture: np.ndarray, radius: int = 10) -> np.ndarray:
    """Where all neighbours of a pixel have its colour; [H, W] bool."""
    values = picture.astype(int)
    flat = np.ones(picture.shape[:2], bool)
    for axis in (0, 1):
        for step in (*range(-radius, 0), *range(1, radius + 1)):
            flat &= (np.abs(np.roll(values, step, axis) - values) <= 1).all(-1)
    edge = np.zeros_like(flat)
    edge[radius:-radius, radius:-radius] = True
    return flat & edge
