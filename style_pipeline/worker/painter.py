"""The job's look on this rank's device, opened when it is first needed."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from style_pipeline import layout
from style_pipeline.errors import ObjectChanged, ObjectMissing
from style_pipeline.job import StyleChoice, StyleJob
from style_pipeline.loading import loading
from style_pipeline.store import MediaStore
from style_pipeline.worker.line import Paint
from style_pipeline.worker.materials import Materials, open_stylizer

if TYPE_CHECKING:
    from style_pipeline.style.stylizer import Stylizer


class Painter:
    """Opens the job's look when it is first needed: importing PyTorch takes seconds.

    ``local_rank`` counts the ranks of one machine, which share its GPUs evenly; ``budget`` is how
    many bytes this one may take for a frame.
    """

    def __init__(
        self, job: StyleJob, store: MediaStore, local_rank: int, budget: int | None = None
    ) -> None:
        self._job = job
        self._store = store
        self._local_rank = local_rank
        self._budget = budget
        self._stylizer: Stylizer | None = None

    def open(self) -> Paint:
        """The job's look, ready to paint; on a GPU where PyTorch sees one.

        Raises what :func:`style_pipeline.worker.materials.open_stylizer` raises.
        """
        with loading():
            from style_pipeline.style.stylizer import Workbench, device_for

        job = self._job
        workbench = Workbench(
            threads=job.threads_per_rank,
            device=device_for(self._local_rank),
            engine=job.engine,
            budget=self._budget,
        )
        with TemporaryDirectory(prefix="style_pipeline-") as folder:
            materials = Materials(self._store, Path(folder))
            self._stylizer = open_stylizer(
                job.look,
                job.styles,
                materials,
                lambda style: self._recorded(style, materials),
                workbench,
            )
        return self._stylizer

    @property
    def device(self) -> str:
        """Where it paints; empty until it is open."""
        return "" if self._stylizer is None else str(self._stylizer.device)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done otherwise than usual."""
        return () if self._stylizer is None else self._stylizer.notes

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
