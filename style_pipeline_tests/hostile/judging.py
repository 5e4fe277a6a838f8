"""What the platform makes of a file, from the door to the last of its frames, without painting."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from style_pipeline.defs.admission import USUAL, Door
from style_pipeline.errors import ProcessTimeout, UnusableVideo
from style_pipeline.media import ffmpeg
from style_pipeline.media.audio import extract_audio
from style_pipeline.media.frames import FrameSettings, extract_frames
from style_pipeline.process import Limits

TIGHT = Limits(
    seconds=60, cpu_seconds=60, memory_bytes=2 << 30, file_bytes=256 << 20, output_bytes=64 << 20
)


@dataclass(frozen=True)
class Judgement:
    """``verdict`` is ``refused``, ``taken`` or ``stopped`` (by its time); all else is an escape."""

    verdict: str
    reason: str
    frames: int
    seconds: float


def judge(path: Path, door: Door = USUAL, limits: Limits = TIGHT) -> Judgement:
    """Let a file in, and take its sound and its frames; whatever is no verdict is raised."""
    started = time.monotonic()

    def ended(verdict: str, reason: str = "", frames: int = 0) -> Judgement:
        return Judgement(verdict, reason, frames, time.monotonic() - started)

    with tempfile.TemporaryDirectory(prefix="judged-") as folder, ffmpeg.limited(limits):
        sound, pictures = Path(folder, "sound"), Path(folder, "pictures")
        sound.mkdir()
        pictures.mkdir()
        try:
            found, _ = door.admit(path, 100)
            extract_audio(path, found, sound)
            taken = extract_frames(path, found, pictures, FrameSettings())
        except UnusableVideo as error:
            return ended("refused", str(error))
        except ProcessTimeout as error:
            return ended("stopped", str(error))
    assert len(taken.pts) == found.packets, "frames were lost in silence"
    return ended("taken", frames=len(taken.pts))
