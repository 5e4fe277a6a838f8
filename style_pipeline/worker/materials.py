"""What a look is painted with: checkpoints and paintings, brought from the store when asked for.

Together with the network that they open; PyTorch is imported only then, since it takes seconds.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from style_pipeline.errors import StyleJobError
from style_pipeline.job import StyleChoice
from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.style.card import card_path
from style_pipeline.style.catalogue import shipped_checkpoint

if TYPE_CHECKING:
    from style_pipeline.style.stylizer import Stylizer, Workbench

NumbersOf = Callable[[StyleChoice], Sequence[float]]
"""What is seen in the painting of a style that was never learnt."""


@dataclass(frozen=True)
class Materials:
    """Fetched from ``store`` into ``folder``, which may go once the look is open."""

    store: MediaStore
    folder: Path

    def checkpoint(self, style: StyleChoice) -> Path:
        """The checkpoint in the package, or a copy of the store's with its card beside it."""
        if style.key is None:
            return shipped_checkpoint()
        key = PurePosixPath(style.key)
        target = self.folder / f"{style.name}{key.suffix}"
        self.store.download(str(key), target)
        self.store.download(str(card_path(key)), card_path(target))
        return target

    def painting(self, style: StyleChoice) -> Path:
        """A copy of the painting; raises StyleJobError where it is not the one that was chosen."""
        key = PurePosixPath(style.key or "")
        target = self.folder / f"{style.name}{key.suffix}"
        self.store.download(str(key), target)
        if hashlib.sha256(target.read_bytes()).hexdigest() != style.sha256:
            raise StyleJobError(f"{key} has changed since the job was made; run it again")
        return target

    def numbers(self, style: StyleChoice) -> tuple[float, ...]:
        """The style of its painting, looked at here and now."""
        from style_pipeline.style.arbitrary.vector import style_numbers

        return style_numbers(self.painting(style))


def open_stylizer(
    look: Look,
    styles: Sequence[StyleChoice],
    materials: Materials,
    numbers_of: NumbersOf,
    workbench: "Workbench",
) -> "Stylizer":
    """``look`` ready to paint, ``styles`` saying where each of its blend comes from.

    Raises CheckpointError, UnknownStyle, UnusablePainting, or StoreError where a checkpoint or a
    painting cannot be fetched.
    """
    from style_pipeline.style.stylizer import open_any, open_trained

    if styles[0].kind == "any":
        return open_any([numbers_of(s) for s in styles], look, workbench)
    files = [(materials.checkpoint(style), style.sha256) for style in styles]
    return open_trained(files, look, workbench)
