"""What can be saved of a damaged video, as a whole one: only when asked, and said with numbers.

The pictures that FFmpeg can decode are encoded anew without loss, at the times that they have; the
sound is copied. What comes of it is an upload like any other, which says in its own comment what
it lacks: nothing that follows has to know of damage.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

from style_pipeline.errors import UnusableVideo
from style_pipeline.media import ffmpeg, packets
from style_pipeline.media.ffmpeg import Blame, Input, Options, Output
from style_pipeline.media.lossless import lossless_options
from style_pipeline.media.packets import Packet, PacketLog
from style_pipeline.media.probe import SourceProbe, probe_harmed
from style_pipeline.media.treatment import Treatment, of_one_size, turned

SUFFIX = ".mkv"
"""What a repaired file ends with: Matroska holds nearly every kind of sound."""

_BLAME = Blame("repair the video", "upload an intact copy", UnusableVideo)
_HOLES_SHOWN = 5


@dataclass(frozen=True)
class Repaired:
    """What was saved: ``pictures`` of ``of_pictures``, ``sounds`` packets of ``of_sounds``.

    ``holes`` are where pictures are missing: after so many seconds, for so many. ``doubtful``
    pictures follow a hole, up to the next key picture, and lean on what is not there.
    ``complaints`` is how often the decoder found fault. ``lacking`` says what of the file itself is
    not there, where it is cut off.
    """

    pictures: int
    of_pictures: int
    sounds: int
    of_sounds: int
    holes: tuple[tuple[Fraction, Fraction], ...]
    doubtful: int
    complaints: int
    lacking: str = ""

    def lines(self) -> Iterator[str]:
        """In words."""
        yield f"{self.pictures} of {self.of_pictures} pictures"
        for after, seconds in self.holes[:_HOLES_SHOWN]:
            yield f"none for {float(seconds):.2f} s after {float(after):.2f} s"
        if len(self.holes) > _HOLES_SHOWN:
            yield f"and {len(self.holes) - _HOLES_SHOWN} more holes"
        if self.of_sounds:
            yield f"{self.sounds} of {self.of_sounds} packets of sound"
        if self.doubtful:
            yield f"{self.doubtful} pictures after a hole, up to a key picture, may be made up"
        if self.complaints:
            yield f"faults found while decoding: {self.complaints}; pictures there may be made up"
        if self.lacking:
            yield self.lacking


def repair(source: Path, target: Path) -> Repaired:
    """Write what can be saved of ``source`` to ``target``, which ends with :data:`SUFFIX`.

    Raises UnusableVideo where nothing can be saved.
    """
    found, log, lacking = probe_harmed(source)
    with tempfile.TemporaryDirectory(prefix="repair-", dir=target.parent) as folder:
        draft, whole = Path(folder) / "draft.mkv", Path(folder) / "whole.mkv"
        complaints = _save(source, found, draft)
        saved = _compared(log, found, draft, complaints, lacking)
        _sign(draft, f"repaired: {'; '.join(saved.lines())}", whole)
        whole.replace(target)
    return saved


def _save(source: Path, found: SourceProbe, draft: Path) -> int:
    """Decode what can be decoded; how often the decoder complained."""
    treated = Treatment(found.video, (of_one_size(found.video),))
    if found.video.rotation:
        treated = turned(treated)
    options: Options = {
        **lossless_options(treated, "video"),
        "c:a": "copy",
        "fps_mode": "passthrough",
        "enc_time_base": "-1",
        "fflags": "+bitexact",
    }
    streams = [(0, str(i)) for i in (found.video_stream_index, *_sounds(found))]
    damaged = Input(source, {"noautorotate": None, "flags:v": "-output_corrupt"})
    finished = ffmpeg.run([damaged], [Output(draft, streams, options)], _BLAME, forgiving=True)
    return _complaints(finished.stderr)


def _complaints(stderr: str) -> int:
    """Of FFmpeg, which counts those that it would repeat."""
    repeated = [line for line in stderr.splitlines() if "Last message repeated" in line]
    told = len(stderr.splitlines()) - len(repeated)
    return told + sum(int(line.split("repeated")[1].split()[0]) for line in repeated)


def _compared(
    log: PacketLog, found: SourceProbe, draft: Path, complaints: int, lacking: str
) -> Repaired:
    saved = packets.read(draft, _BLAME)
    pictures, source = _shown(saved, 0), _shown(log, found.video_stream_index)
    if not pictures:
        raise UnusableVideo("none of its pictures can be decoded; upload an intact copy")
    lost = len(source) - len(pictures)
    harmed = bool(lost or complaints or lacking)  # where nothing is, times are only uneven
    return Repaired(
        pictures=len(pictures),
        of_pictures=len(source),
        sounds=len(saved.packets) - len(pictures),
        of_sounds=sum(len(log.of(i)) for i in _sounds(found)),
        holes=tuple(_holes(pictures)) if harmed else (),
        doubtful=max(0, _doubtful(source) - lost) if harmed else 0,
        complaints=complaints,
        lacking=lacking,
    )


def _holes(pictures: Sequence[Packet]) -> Iterator[tuple[Fraction, Fraction]]:
    """Where pictures stay away for longer than twice their usual distance; Matroska has ms."""
    usual, first = _usual_step(pictures), pictures[0].pts or 0
    for before, _, step in _steps(pictures):
        if step > 2 * usual:
            yield Fraction((before.pts or 0) - first, 1000), Fraction(step - usual, 1000)


def _doubtful(pictures: Sequence[Packet]) -> int:
    """How many follow a hole before decoding may begin again; of them, some are lost."""
    sound = pictures[0].key
    usual, doubtful = _usual_step(pictures), int(not sound)
    for _, after, step in _steps(pictures):
        sound = after.key or (sound and step <= 2 * usual)
        doubtful += not sound
    return doubtful


def _shown(log: PacketLog, stream: int) -> Sequence[Packet]:
    """The pictures of a stream that have a time, in the order in which they are shown."""
    timed = [packet for packet in log.of(stream) if packet.shown and packet.pts is not None]
    return sorted(timed, key=lambda packet: packet.pts or 0)


def _steps(pictures: Sequence[Packet]) -> Iterator[tuple[Packet, Packet, int]]:
    """Each picture, the next one, and the time between them, in ticks."""
    for before, after in pairwise(pictures):
        yield before, after, (after.pts or 0) - (before.pts or 0)


def _usual_step(pictures: Sequence[Packet]) -> int:
    return round(median([step for _, _, step in _steps(pictures)] or [0]))


def _sounds(found: SourceProbe) -> Sequence[int]:
    return [stream.stream_index for stream in found.audio]


def _sign(draft: Path, comment: str, whole: Path) -> None:
    options: Options = {"c": "copy", "metadata": f"comment={comment}", "fflags": "+bitexact"}
    ffmpeg.run([Input(draft)], [Output(whole, [(0, "v"), (0, "a?")], options)], _BLAME)
