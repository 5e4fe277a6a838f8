"""``repair``, and ``release --repair``: what can be saved of a damaged video, said with numbers."""

import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from style_pipeline import layout
from style_pipeline.cli.run import target_file
from style_pipeline.errors import ConfigurationError, InvalidKey
from style_pipeline.quarantine import Quarantined
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore

if TYPE_CHECKING:
    from style_pipeline.media.repair import Repaired


def repair_file(settings: Settings, video: Path, output: Path | None) -> Path:
    """Write what can be saved of ``video`` to ``output``, or beside it; where that is.

    Raises UnusableVideo where nothing can be saved, ConfigurationError for a bad ``output``.
    """
    from style_pipeline.defs import uploads
    from style_pipeline.media.repair import SUFFIX

    uploads.check(video)
    beside = video.with_suffix(_ending(SUFFIX))
    target = beside if output is None else target_file(video, output, SUFFIX)
    if target.suffix.lower() != SUFFIX:
        raise ConfigurationError(f"--output: {target.name!r} does not end in {SUFFIX}")
    _tell(_repaired(settings, video, target))
    return target


def repair_held(
    settings: Settings, store: MediaStore, entry: Quarantined, to: str | None = None
) -> str:
    """Upload what can be saved of a video in quarantine, beside its old name or as ``to``; the key.

    The damaged one stays where it is. Raises UnusableVideo where nothing can be saved, InvalidKey
    where the key is taken or no upload's.
    """
    from style_pipeline.media.repair import SUFFIX

    key = to or str(PurePosixPath(entry.upload).with_suffix(_ending(SUFFIX)))
    if layout.parse_upload(key) is None or PurePosixPath(key).suffix != SUFFIX:
        raise InvalidKey(f"{key!r} is no upload; name a key like incoming/STYLE/NAME.mkv with --to")
    with tempfile.TemporaryDirectory(prefix="repair-") as folder:
        held = Path(folder) / f"held{PurePosixPath(entry.held).suffix.lower()}"
        store.download(entry.held, held)
        target = Path(folder) / f"repaired{SUFFIX}"
        repaired = _repaired(settings, held, target)
        store.upload(target, key, if_absent=True)
    _tell(repaired)
    return key


def _repaired(settings: Settings, video: Path, target: Path) -> "Repaired":
    from style_pipeline.media import ffmpeg
    from style_pipeline.media.repair import repair

    with ffmpeg.limited(settings.ffmpeg):
        return repair(video, target)


def _ending(suffix: str) -> str:
    return f".repaired{suffix}"


def _tell(repaired: "Repaired") -> None:
    for line in repaired.lines():
        click.echo(line, err=True)
