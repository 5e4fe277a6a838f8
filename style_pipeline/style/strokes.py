"""What paints, behind one face: the network by PyTorch, on any device, or by the native engine."""

from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from style_pipeline.style.native.build import library
from style_pipeline.style.native.kernels import Kernels
from style_pipeline.style.native.memory import fewest_bands
from style_pipeline.style.native.network import NativeNetwork
from style_pipeline.style.network import StyleNetwork


class Strokes(Protocol):
    """Paints in one style, or one blend of styles, and does nothing else.

    ``device`` is where tensors have to be; ``notes`` says what was done otherwise than usual.
    """

    @property
    def device(self) -> torch.device: ...

    @property
    def notes(self) -> list[str]: ...

    def paint(self, source: Tensor) -> Tensor:
        """[1, 3, H, W] RGB in [0, 1], to the same."""
        ...

    def paint_levels(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """[H, W, 3] uint8 RGB to the same, rounded."""
        ...


class TorchStrokes:
    """``network(frames, style)`` by PyTorch; ``half`` computes convolutions in float16."""

    def __init__(
        self, network: nn.Module, style: Tensor, device: str = "cpu", *, half: bool = False
    ) -> None:
        self.device = torch.device(device)
        self.notes: list[str] = []
        self._network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if half:
            _halve(self._network)
        self._style = style[None].to(self.device)

    def paint(self, source: Tensor) -> Tensor:
        """See :class:`Strokes`."""
        painted: Tensor = self._network(source, self._style)
        return painted

    def paint_levels(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """See :class:`Strokes`."""
        return levels_of(self.paint(floats_of(frame, self.device)))


class NativeStrokes:
    """A trained network by the native engine, on the CPU.

    ``cache`` holds the compiled kernels; ``budget`` is how many bytes one frame may take, beyond
    which it is painted in bands; ``margin`` is how many columns are painted and cut off, as in
    :mod:`style_pipeline.style.margin`. Raises StyleError where the kernels cannot be compiled.
    """

    def __init__(
        self,
        network: StyleNetwork,
        style: Tensor,
        dtype: torch.dtype,
        cache: Path,
        budget: int | None = None,
        margin: int = 0,
    ) -> None:
        self.device = torch.device("cpu")
        self.notes: list[str] = []
        self._architecture, self._dtype, self._budget = network.architecture, dtype, budget
        self._margin, kernels = margin, Kernels(library(cache))
        self._network = NativeNetwork(network, style[None], kernels, dtype, margin)

    def paint(self, source: Tensor) -> Tensor:
        """See :class:`Strokes`."""
        frame = source[0].permute(1, 2, 0).contiguous()
        painted = torch.empty_like(frame)
        self._network(frame, painted, self._bands(*frame.shape[:2]))
        return painted.permute(2, 0, 1)[None]

    def paint_levels(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """See :class:`Strokes`."""
        painted = np.empty_like(frame, order="C")
        source = torch.from_numpy(np.require(frame, requirements=["C", "W"]))
        self._network(source, torch.from_numpy(painted), self._bands(*frame.shape[:2]))
        return painted

    def _bands(self, height: int, width: int) -> int:
        wide = width + self._margin
        bands = fewest_bands(self._architecture, height, wide, self._dtype, self._budget)
        if bands > 1 and not self.notes:
            self.notes.append(
                f"memory was short: frames of {width}x{height} were painted in {bands} bands, "
                "with the statistics of whole frames"
            )
        return bands


def floats_of(frame: NDArray[np.uint8], device: torch.device) -> Tensor:
    """[H, W, 3] uint8 to [1, 3, H, W] float32 in [0, 1]."""
    return torch.tensor(frame, device=device).permute(2, 0, 1)[None].float() / 255


def levels_of(picture: Tensor) -> NDArray[np.uint8]:
    """[1, 3, H, W] in [0, 1] to [H, W, 3] uint8, rounded."""
    rounded = (picture[0] * 255).round_().clamp_(0, 255).to(torch.uint8)
    levels: NDArray[np.uint8] = rounded.permute(1, 2, 0).contiguous().cpu().numpy()
    return levels


def _halve(network: nn.Module) -> None:
    """Convolutions of a :class:`StyleNetwork` in float16; normalisation stays in float32."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.half()
