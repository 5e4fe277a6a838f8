"""The job's look on this rank's device. The only place in the worker that loads PyTorch."""

import hashlib
from contextlib import suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from style_pipeline import layout
from style_pipeline.errors import ObjectChanged, ObjectMissing, StyleJobError
from style_pipeline.job import StyleChoice, StyleJob
from style_pipeline.store import MediaStore
from style_pipeline.style.card import card_path
from style_pipeline.style.catalogue import shipped_checkpoint
from style_pipeline.worker.line import Paint

if TYPE_CHECKING:
    from style_pipeline.style.stylizer import Stylizer


class Painter:
    """Opens the job's look when it is first needed: importing PyTorch takes seconds.

    ``device`` is where it paints, empty until it is open. ``local_rank`` counts the ranks of one
    machine, which share its GPUs evenly.
    """

    def __init__(self, job: StyleJob, store: MediaStore, local_rank: int) -> None:
        self._job = job
        self._store = store
        self._local_rank = local_rank
        self.device = ""

    def open(self) -> Paint:
        """The job's look, ready to paint; on a GPU where PyTorch sees one.

        Raises CheckpointError, UnknownStyle, UnusablePainting, or StoreError where a checkpoint or
        a painting cannot be fetched.
        """
        with TemporaryDirectory(prefix="style_pipeline-") as folder:
            stylizer = self._stylizer(Path(folder))
        self.device = str(stylizer.device)
        return stylizer

    def _stylizer(self, folder: Path) -> "Stylizer":
        from style_pipeline.style.stylizer import device_for, open_any, open_trained

        job, device = self._job, device_for(self._local_rank)
        if job.styles[0].kind == "any":
            vectors = [self._vector(style, folder) for style in job.styles]
            return open_any(vectors, job.look, threads=job.threads_per_rank, device=device)
        files = [(self._checkpoint(style, folder), style.sha256) for style in job.styles]
        return open_trained(files, job.look, threads=job.threads_per_rank, device=device)

    def _checkpoint(self, style: StyleChoice, folder: Path) -> Path:
        """The checkpoint in the package, or a copy of the store's with its card beside it."""
        if style.key is None:
            return shipped_checkpoint()
        key = PurePosixPath(style.key)
        target = folder / f"{style.name}{key.suffix}"
        self._store.download(str(key), target)
        self._store.download(str(card_path(key)), card_path(target))
        return target

    def _vector(self, style: StyleChoice, folder: Path) -> tuple[float, ...]:
        """What the first rank that needed it saw in the painting: all ranks use its numbers."""
        from style_pipeline.style.arbitrary.vector import StyleVector, style_numbers

        key = layout.style_vector_key(self._job.prefix, style.name)
        with suppress(ObjectMissing):
            return StyleVector.from_json(self._store.read_bytes(key)).numbers
        seen = StyleVector(style.sha256, style_numbers(self._painting(style, folder)))
        with suppress(ObjectChanged):
            self._store.upload(seen.to_json(), key, if_absent=True)
        return StyleVector.from_json(self._store.read_bytes(key)).numbers

    def _painting(self, style: StyleChoice, folder: Path) -> Path:
        key = PurePosixPath(style.key or "")
        target = folder / f"{style.name}{key.suffix}"
        self._store.download(str(key), target)
        if hashlib.sha256(target.read_bytes()).hexdigest() != style.sha256:
            raise StyleJobError(f"{key} has changed since the job was made; run it again")
        return target
