"""The whole clips that mutants are made of: one of every kind of container that we accept."""

from pathlib import Path

from style_pipeline_tests.clips import Tone, make_clip

FRAMES = 12

KINDS = {
    "mp4": {"codec": "libx264", "audio": [Tone()]},
    "mov": {"codec": "mpeg4", "audio": [Tone()]},
    "mkv": {"codec": "libx264", "audio": [Tone()], "steps": (1, 2, 1, 3)},
    "webm": {"codec": "libvpx", "audio": [Tone(codec="libopus", sample_rate=48000)]},
    "avi": {"codec": "mjpeg", "pixel_format": "yuvj420p", "audio": [Tone(codec="mp3")]},
    "ts": {"codec": "libx264", "audio": [Tone()]},
    "mpg": {"codec": "mpeg2video", "rate": 25, "audio": [Tone(codec="mp2")]},
}


def whole_clips(folder: Path) -> dict[str, bytes]:
    """Their contents, by suffix."""
    return {
        suffix: make_clip(folder / f"whole.{suffix}", frames=FRAMES, **wishes).read_bytes()
        for suffix, wishes in KINDS.items()
    }
