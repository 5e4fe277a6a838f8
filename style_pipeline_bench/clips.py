"""Clips to measure on: a real film, repeated and scaled, with its sound."""

from pathlib import Path

from style_pipeline import process
from style_pipeline.process import Limits

_LIMITS = Limits(seconds=4 * 3600)


def make_clip(source: Path, target: Path, frames: int, width: int, height: int) -> Path:
    """``frames`` frames of ``source``, from its beginning over and over, at 25 per second."""
    seconds = frames / 25
    run(
        *("ffmpeg", "-v", "error", "-y", "-stream_loop", "-1", "-i", str(source)),
        *("-vf", f"scale={width}:{height},fps=25", "-frames:v", str(frames), "-t", f"{seconds}"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-ac", "2", str(target)),
    )
    return target


def run(*argv: str, env: dict[str, str] | None = None) -> str:
    """Run a program to its end; its stdout. Raises RuntimeError, with its last words."""
    finished = process.run(list(argv), limits=_LIMITS, env=env)
    if finished.returncode != 0:
        raise RuntimeError(f"{argv[0]} failed: {finished.stderr[-2000:]}")
    return finished.stdout.decode("utf-8", "replace")
