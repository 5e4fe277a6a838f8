"""The job's look on this rank's device, opened when it is first needed."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from style_pipeline import layout
from style_pipeline.errors import ObjectChanged, ObjectMissing
from style_pipeline.job import StyleChoice, StyleJob
from style_pipeline.store import MediaStore
from style_pipeline.worker.line import Paint
from style_pipeline.worker.materials import Materials, open_stylizer


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

        Raises what :func:`style_pipeline.worker.materials.open_stylizer` raises.
        """
        job = self._job
        with TemporaryDirectory(prefix="style_pipeline-") as folder:
            materials = Materials(self._store, Path(folder))
            stylizer = open_stylizer(
                job.look,
                job.styles,
                materials,
                lambda style: self._recorded(style, materials),
                threads=job.threads_per_rank,
                local_rank=self._local_rank,
            )
        self.device = str(stylizer.device)
        return stylizer

    def _recorded(self, style: StyleChoice, materials: Materials) -> tuple[float, ...]:
        """What the first rank that needed it saw in the painting: all ranks use its numbers."""
        from style_pipeline.style.arbitrary.vector import StyleVector

        key = layout.style_vector_key(self._job.prefix, style.name)
        with suppress(ObjectMissing):
            return StyleVector.from_json(self._store.read_bytes(key)).numbers
        seen = StyleVector(style.sha256, materials.numbers(style))
        with suppress(ObjectChanged):
            self._store.upload(seen.to_json(), key, if_absent=True)
        return StyleVector.from_json(self._store.read_bytes(key)).numbers
