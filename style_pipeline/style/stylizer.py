"""One look, ready to paint frames: HWC uint8 in, HWC uint8 of the same size out."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from style_pipeline.errors import StyleError, UnknownStyle
from style_pipeline.look import Look
from style_pipeline.style import checkpoint, controls, engine
from style_pipeline.style.arbitrary.loading import load_transformer
from style_pipeline.style.arbitrary.vector import is_style
from style_pipeline.style.margin import COLUMNS, MarginStrokes
from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.strokes import (
    NativeStrokes,
    Strokes,
    TorchStrokes,
    floats_of,
    levels_of,
)
from style_pipeline.style.vectors import blended

_CACHE = Path.home() / ".cache" / "style-pipeline"


@dataclass(frozen=True)
class Workbench:
    """What a stylizer works with; see :mod:`style_pipeline.style.engine`.

    ``threads`` are PyTorch's, for the whole process. ``budget`` is how many bytes a frame may take,
    None any number. Compiled code is kept in ``cache``.
    """

    threads: int = 1
    device: str = "cpu"
    engine: str = engine.TORCH
    budget: int | None = None
    cache: Path = _CACHE

    def strokes(self, network: StyleNetwork) -> Strokes:
        """A trained network, whose only style is the look's; with a margin that is cut off."""
        style = torch.ones(1)
        if self.device == "cpu" and self.engine in (engine.NATIVE, engine.NATIVE_BFLOAT16):
            bfloat16 = self.engine == engine.NATIVE_BFLOAT16
            dtype = torch.bfloat16 if bfloat16 else torch.float32
            return NativeStrokes(network, style, dtype, self.cache, self.budget, COLUMNS)
        half = self.engine == engine.TORCH_FLOAT16 and self.device != "cpu"
        return MarginStrokes(TorchStrokes(network, style, self.device, half=half))


class Stylizer:
    """Paints one frame at a time; the same frame always gives the same bytes on one machine."""

    def __init__(self, strokes: Strokes, look: Look) -> None:
        self._strokes = strokes
        self._look = look

    @property
    def device(self) -> torch.device:
        """Where it paints."""
        return self._strokes.device

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done otherwise than usual, in one line each."""
        return tuple(self._strokes.notes)

    @torch.no_grad()
    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``frame``: [H, W, 3] uint8 RGB, [0, 255]; returns the painted frame, alike in shape."""
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise StyleError(f"a frame is [H, W, 3] uint8, not {frame.shape} {frame.dtype}")
        if self._look.is_plain:
            return self._strokes.paint_levels(frame)
        return levels_of(self._painted(floats_of(frame, self.device)))

    def _painted(self, source: Tensor) -> Tensor:
        look = self._look
        if look.strength == 0:
            return source
        painted = self._scaled(source)
        if look.keep_colours:
            painted = controls.with_colours_of(source, painted)
        if look.strength < 100:
            painted = controls.mix(source, painted, look.strength / 100)
        return painted

    def _scaled(self, source: Tensor) -> Tensor:
        if self._look.scale == 100:
            return self._strokes.paint(source)
        small = controls.shrink(source, self._look.scale / 100)
        return controls.guided_enlarge(self._strokes.paint(small), small, source)


def open_trained(
    files: Sequence[tuple[Path, str]], look: Look, workbench: Workbench = Workbench()
) -> Stylizer:
    """A stylizer from checkpoints: a file and its sha256 for each style of the look's blend.

    Raises CheckpointError for a file that is not what its sha256 promises, or whose network cannot
    be blended with the others', UnknownStyle for a name that its card does not list, and StyleError
    where the engine cannot work here.
    """
    torch.set_num_threads(workbench.threads)
    parts = []
    for (path, sha256), share in zip(files, look.blend, strict=True):
        network, card = checkpoint.load(path, sha256)
        if share.style not in card.names:
            known = ", ".join(card.names)
            raise UnknownStyle(f"{path.name} cannot paint {share.style!r}; it has {known}")
        parts.append((network, card.names.index(share.style), share.percent / 100))
    return Stylizer(workbench.strokes(blended(parts)), look)


def open_any(
    vectors: Sequence[Sequence[float]],
    look: Look,
    workbench: Workbench = Workbench(),
    folder: Path | None = None,
) -> Stylizer:
    """A stylizer in styles that were never learnt: 100 numbers for each of the look's blend.

    Their network runs in PyTorch and in float32, whatever the workbench's engine.
    Raises CheckpointError where the published weights (in ``folder``, or where the extra is
    installed) are missing or not those we know, and StyleError where a vector is no style.
    """
    torch.set_num_threads(workbench.threads)
    rows = [torch.tensor(list(vector), dtype=torch.float32) for vector in vectors]
    if not all(map(is_style, rows)):
        raise StyleError("a style is 100 finite numbers: take it from a painting")
    shares = torch.tensor([share.percent / 100 for share in look.blend])
    style = (torch.stack(rows) * shares[:, None]).sum(0)
    return Stylizer(TorchStrokes(load_transformer(folder), style, workbench.device), look)


def device_for(local_rank: int) -> str:
    """Where the ``local_rank``-th process of a machine paints: they share its GPUs evenly."""
    gpus = torch.cuda.device_count()
    return f"cuda:{local_rank % gpus}" if gpus else "cpu"
