"""``--side-by-side``: a clip of the source and its painting, made after the painting itself."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from style_pipeline.cli.display import Display
from style_pipeline.errors import ConfigurationError
from style_pipeline.store import MediaStore

_STEP = "side_by_side"
_SUFFIX = ".mp4"


def refuse_clip(clip: Path, video: Path, result: Path | None) -> None:
    """Raises ConfigurationError where ``clip`` cannot be written, or would overwrite another."""
    if clip.suffix.lower() != _SUFFIX:
        raise ConfigurationError(f"--side-by-side: {clip.name!r} does not end in {_SUFFIX}")
    if not clip.parent.is_dir():
        raise ConfigurationError(f"--side-by-side: there is no folder {clip.parent}; make it first")
    if clip.is_dir():
        raise ConfigurationError(f"--side-by-side: {clip} is a folder; name a file")
    if clip.resolve() in {path.resolve() for path in (video, result) if path is not None}:
        raise ConfigurationError(
            "--side-by-side names the video or its --output; choose another name"
        )


def compare(store: MediaStore, video: Path, painted_key: str, clip: Path, shown: Display) -> None:
    """Write ``clip``, whole or not at all: ``video`` on the left, its painting on the right."""
    from style_pipeline.media.side_by_side import side_by_side

    started = time.monotonic()
    shown.started(_STEP)
    with TemporaryDirectory(prefix=".side-by-side-", dir=clip.parent) as folder:
        painted, draft = Path(folder) / "painted.mp4", Path(folder) / "beside.mp4"
        store.download(painted_key, painted)
        side_by_side(video, painted, draft)
        draft.replace(clip)
    shown.finished(_STEP, time.monotonic() - started)
