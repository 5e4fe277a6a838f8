"""Published weights into our modules: which layer of the files is which layer of ours."""

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from torch import Tensor

from style_pipeline.style.arbitrary import weights
from style_pipeline.style.arbitrary.networks import StylePredictor, StyleTransformer

Network = TypeVar("Network", StylePredictor, StyleTransformer)
_Names = Iterator[tuple[str, str]]
_KINDS = {"weight": "weights", "bias": "Conv2D_bias"}
_DEPTHWISE_KINDS = {"weight": "depthwise_weights", "bias": "depthwise_bias"}


def load_predictor(folder: Path | None = None) -> StylePredictor:
    """The network that looks at paintings; raises CheckpointError like :func:`weights.read`."""
    network = StylePredictor()
    return _filled(network, _predictor_names(network), weights.read(weights.PREDICTOR, folder))


def load_transformer(folder: Path | None = None) -> StyleTransformer:
    """The network that paints frames; raises CheckpointError like :func:`weights.read`."""
    network = StyleTransformer()
    return _filled(network, _transformer_names(network), weights.read(weights.TRANSFORMER, folder))


def _filled(network: Network, names: _Names, tensors: dict[str, Tensor]) -> Network:
    """The network with every one of its parameters taken from ``tensors``."""
    shapes = {name: parameter.shape for name, parameter in network.named_parameters()}
    state = {}
    for ours, theirs in names:
        kinds = _DEPTHWISE_KINDS if ours.endswith("depthwise") else _KINDS
        for kind, stored in kinds.items():
            # A linear layer is stored as a 1x1 convolution; a bias that we lack is zero there.
            if shape := shapes.get(f"{ours}.{kind}"):
                state[f"{ours}.{kind}"] = tensors[f"{theirs}/{stored}"].reshape(shape)
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def _predictor_names(network: StylePredictor) -> _Names:
    """Ours and theirs of each layer."""
    yield "stem", "MobilenetV2/Conv"
    for i in range(len(network.blocks)):
        scope = f"MobilenetV2/expanded_conv_{i}" if i else "MobilenetV2/expanded_conv"
        for part in ("expand", "depthwise", "project"):
            yield f"blocks.{i}.{part}", f"{scope}/{part}"
    yield "top", "MobilenetV2/Conv_1"
    yield "style", "mobilenet_conv/Conv"


def _transformer_names(network: StyleTransformer) -> _Names:
    """Ours and theirs of each layer."""
    for i in range(3):
        yield f"contract.{2 * i}", f"transformer/contract/conv{i + 1}"
    for i in range(len(network.blocks)):
        yield from _styled(f"blocks.{i}.first", f"transformer/residual/residual{i + 1}/conv1")
        yield from _styled(f"blocks.{i}.second", f"transformer/residual/residual{i + 1}/conv2")
    for i, layer in enumerate(("expand.0", "expand.1", "output"), 1):
        yield from _styled(layer, f"transformer/expand/conv{i}/conv")


def _styled(ours: str, theirs: str) -> _Names:
    yield f"{ours}.convolution", theirs
    yield f"{ours}.gamma", f"style_params/{theirs}/StyleNorm/Conv_1"
    yield f"{ours}.beta", f"style_params/{theirs}/StyleNorm/Conv"
