"""The uploaded video of a partition, brought to this machine once per run."""

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from style_pipeline import layout
from style_pipeline.cost import Estimate
from style_pipeline.defs.admission import Door
from style_pipeline.look import Look
from style_pipeline.media.probe import SourceProbe
from style_pipeline.store import MediaStore


@dataclass(frozen=True)
class Source:
    """One version of an upload: everything that is derived from it is named by ``sha256``.

    ``path`` is the local copy, under a name that we made.
    """

    upload: layout.Upload
    etag: str
    sha256: str
    size: int
    path: Path
    probe: SourceProbe
    estimate: Estimate

    @property
    def id(self) -> str:
        """The folder name of what is derived from this source."""
        return layout.source_id(self.sha256)


def fetch(store: MediaStore, upload: layout.Upload, size: int, folder: Path, door: Door) -> Source:
    """Download an upload of ``size`` bytes into ``folder`` and look into it.

    Raises UnusableVideo where it is no video, or more of one than ``door`` lets in.
    """
    door.refuse_size(size)
    path = folder / f"source{PurePosixPath(upload.name).suffix.lower()}"
    found = store.download(upload.key, path)
    known, estimate = door.admit(path, Look.parse(upload.style).scale)
    return Source(
        upload=upload,
        etag=found.etag,
        sha256=_sha256(path),
        size=found.size,
        path=path,
        probe=known,
        estimate=estimate,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
