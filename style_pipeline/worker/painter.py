"""The job's network on this rank's device. The only place in the worker that loads PyTorch."""

from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from style_pipeline.job import StyleJob
from style_pipeline.store import MediaStore
from style_pipeline.style.card import card_path
from style_pipeline.style.catalogue import shipped_checkpoint
from style_pipeline.worker.line import Paint


class Painter:
    """Opens the job's style when it is first needed: importing PyTorch takes seconds.

    ``device`` is where it paints, empty until it is open. ``local_rank`` counts the ranks of one
    machine, which share its GPUs evenly.
    """

    def __init__(self, job: StyleJob, store: MediaStore, local_rank: int) -> None:
        self._job = job
        self._store = store
        self._local_rank = local_rank
        self.device = ""

    def open(self) -> Paint:
        """The job's style, ready to paint; on a GPU where PyTorch sees one.

        Raises CheckpointError, UnknownStyle, or StoreError where the checkpoint cannot be fetched.
        """
        from style_pipeline.style.stylizer import device_for, open_stylizer

        with TemporaryDirectory(prefix="style_pipeline-") as folder:
            stylizer = open_stylizer(
                self._checkpoint(Path(folder)),
                sha256=self._job.style.checkpoint_sha256,
                style=self._job.style.name,
                threads=self._job.threads_per_rank,
                device=device_for(self._local_rank),
            )
        self.device = str(stylizer.device)
        return stylizer

    def _checkpoint(self, folder: Path) -> Path:
        """The checkpoint in the package, or a copy of the store's with its card beside it."""
        if self._job.style.checkpoint_key is None:
            return shipped_checkpoint()
        key = PurePosixPath(self._job.style.checkpoint_key)
        target = folder / key.name
        self._store.download(str(key), target)
        self._store.download(str(key.with_name(card_path(target).name)), card_path(target))
        return target
