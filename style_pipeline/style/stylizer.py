"""One style of one network, ready to paint frames: HWC uint8 in, HWC uint8 of the same size out."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from style_pipeline.errors import StyleError, UnknownStyle
from style_pipeline.style import checkpoint
from style_pipeline.style.network import StyleNetwork


class Stylizer:
    """Paints one frame at a time; the same frame always gives the same bytes on one machine."""

    def __init__(self, network: StyleNetwork, weights: Tensor, device: str) -> None:
        self.device = torch.device(device)
        self._network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._weights = weights[None].to(self.device)

    @torch.no_grad()
    def __call__(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """``frame``: [H, W, 3] uint8 RGB, [0, 255]; returns the painted frame, alike in shape."""
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise StyleError(f"a frame is [H, W, 3] uint8, not {frame.shape} {frame.dtype}")
        pixels = torch.tensor(frame, device=self.device)
        painted = self._network(pixels.permute(2, 0, 1)[None].float() / 255, self._weights)
        rounded = (painted[0] * 255).round_().clamp_(0, 255).to(torch.uint8)
        result: NDArray[np.uint8] = rounded.permute(1, 2, 0).contiguous().cpu().numpy()
        return result


def open_stylizer(
    path: Path, *, sha256: str, style: str, threads: int = 1, device: str = "cpu"
) -> Stylizer:
    """Load a checkpoint and choose one of its styles.

    ``threads`` sets PyTorch's threads for the whole process. Raises CheckpointError for a file that
    is not what ``sha256`` promises and UnknownStyle for a name that its card does not list.
    """
    torch.set_num_threads(threads)
    network, card = checkpoint.load(path, sha256)
    if style not in card.names:
        raise UnknownStyle(f"{path.name} cannot paint {style!r}; it has {', '.join(card.names)}")
    weights = torch.nn.functional.one_hot(torch.tensor(card.names.index(style)), len(card.names))
    return Stylizer(network, weights.float(), device)


def device_for(local_rank: int) -> str:
    """Where the ``local_rank``-th process of a machine paints: they share its GPUs evenly."""
    gpus = torch.cuda.device_count()
    return f"cuda:{local_rank % gpus}" if gpus else "cpu"
