"""One look, ready to paint frames: HWC uint8 in, HWC uint8 of the same size out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from style_pipeline.errors import StyleError, UnknownStyle
from style_pipeline.look import Look
from style_pipeline.style import checkpoint, controls
from style_pipeline.style.arbitrary.loading import load_transformer
from style_pipeline.style.arbitrary.vector import is_style
from style_pipeline.style.vectors import blended


class Stylizer:
    """Paints one frame at a time; the same frame always gives the same bytes on one machine.

    ``network(frames, style)`` takes and gives [N, 3, H, W] RGB in [0, 1]; ``style`` is whatever
    stands for the look's blend in that network.
    """

    def __init__(self, network: nn.Module, style: Tensor, look: Look, device: str = "cpu") -> None:
        self.device = torch.device(device)
        self._network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._style = style[None].to(self.device)
        self._look = look

    @torch.no_grad()
    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``frame``: [H, W, 3] uint8 RGB, [0, 255]; returns the painted frame, alike in shape."""
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise StyleError(f"a frame is [H, W, 3] uint8, not {frame.shape} {frame.dtype}")
        pixels = torch.tensor(frame, device=self.device).permute(2, 0, 1)[None].float() / 255
        rounded = (self._painted(pixels)[0] * 255).round_().clamp_(0, 255).to(torch.uint8)
        result: NDArray[np.uint8] = rounded.permute(1, 2, 0).contiguous().cpu().numpy()
        return result

    def _painted(self, source: Tensor) -> Tensor:
        look = self._look
        if look.strength == 0:
            return source
        painted = self._strokes(source)
        if look.keep_colours:
            painted = controls.with_colours_of(source, painted)
        if look.strength < 100:
            painted = controls.mix(source, painted, look.strength / 100)
        return painted

    def _strokes(self, source: Tensor) -> Tensor:
        painted: Tensor
        if self._look.scale == 100:
            painted = self._network(source, self._style)
            return painted
        small = controls.shrink(source, self._look.scale / 100)
        painted = self._network(small, self._style)
        return controls.guided_enlarge(painted, small, source)


def open_trained(
    files: Sequence[tuple[Path, str]], look: Look, *, threads: int = 1, device: str = "cpu"
) -> Stylizer:
    """A stylizer from checkpoints: a file and its sha256 for each style of the look's blend.

    ``threads`` sets PyTorch's threads for the whole process. Raises CheckpointError for a file that
    is not what its sha256 promises, or whose network cannot be blended with the others', and
    UnknownStyle for a name that its card does not list.
    """
    torch.set_num_threads(threads)
    parts = []
    for (path, sha256), share in zip(files, look.blend, strict=True):
        network, card = checkpoint.load(path, sha256)
        if share.style not in card.names:
            known = ", ".join(card.names)
            raise UnknownStyle(f"{path.name} cannot paint {share.style!r}; it has {known}")
        parts.append((network, card.names.index(share.style), share.percent / 100))
    return Stylizer(blended(parts), torch.ones(1), look, device)


def open_any(
    vectors: Sequence[Sequence[float]],
    look: Look,
    *,
    threads: int = 1,
    device: str = "cpu",
    folder: Path | None = None,
) -> Stylizer:
    """A stylizer in styles that were never learnt: 100 numbers for each of the look's blend.

    Raises CheckpointError where the published weights (in ``folder``, or where the extra is
    installed) are missing or not those we know, and StyleError where a vector is no style.
    """
    torch.set_num_threads(threads)
    rows = [torch.tensor(list(vector), dtype=torch.float32) for vector in vectors]
    if not all(map(is_style, rows)):
        raise StyleError("a style is 100 finite numbers: take it from a painting")
    shares = torch.tensor([share.percent / 100 for share in look.blend])
    style = (torch.stack(rows) * shares[:, None]).sum(0)
    return Stylizer(load_transformer(folder), style, look, device)


def device_for(local_rank: int) -> str:
    """Where the ``local_rank``-th process of a machine paints: they share its GPUs evenly."""
    gpus = torch.cuda.device_count()
    return f"cuda:{local_rank % gpus}" if gpus else "cpu"
