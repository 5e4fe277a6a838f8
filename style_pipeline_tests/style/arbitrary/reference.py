"""What ONNX Runtime makes of the published files: the other implementation to compare with.

The files round every activation to 8 bits, the scales of normalisations among them, and that is
chaotic: on a frame of a film, ONNX Runtime with and without its own optimisations differs from
itself by 3 to 5 levels on average, and grain of one level in the frame changes the picture by 6 to
10. What can be equal to a level is the network that the files mean, its activations left in floats.
"""

from functools import cache

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from style_pipeline.style.arbitrary import weights

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


def style(painting: Pixels, *, rounding: bool = False) -> Floats:
    """[100]: the style of a [256, 256, 3] painting. ``rounding``: with 8-bit activations."""
    return _run(weights.PREDICTOR, rounding, _batch(painting)).ravel()


def painted(frame: Pixels, style: Floats, *, rounding: bool = False) -> Pixels:
    """A [384, 384, 3] frame in that style. ``rounding``: with 8-bit activations."""
    inputs = _batch(frame), style.reshape(1, 1, 1, 100)
    floats = _run(weights.TRANSFORMER, rounding, *inputs)[0]
    return (floats * 255).round().clip(0, 255).astype(np.uint8)


@cache
def _session(file: weights.WeightFile, rounding: bool) -> onnxruntime.InferenceSession:
    model = onnx.load(weights.installed_folder() / file.name)
    if not rounding:
        _leave_activations_alone(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _leave_activations_alone(model: onnx.ModelProto) -> None:
    """Take out the pairs that round an activation to 8 bits; the weights' own steps stay."""
    graph = model.graph
    stored = {item.name for item in graph.initializer}
    same: dict[str, str] = {}
    kept = []
    for node in graph.node:
        inputs = [same.get(name, name) for name in node.input]
        rounds = node.op_type in {"QuantizeLinear", "DequantizeLinear"}
        if rounds and node.input[0] not in stored:
            same[node.output[0]] = inputs[0]
        else:
            node.input[:] = inputs
            kept.append(node)
    result = graph.output[0].name
    if result in same:
        kept.append(onnx.helper.make_node("Identity", [same[result]], [result]))
    del graph.node[:]
    graph.node.extend(kept)


def _run(file: weights.WeightFile, rounding: bool, *inputs: Floats) -> Floats:
    session = _session(file, rounding)
    names = [item.name for item in session.get_inputs()]
    result: Floats = session.run(None, dict(zip(names, inputs, strict=True)))[0]
    return result


def _batch(pixels: Pixels) -> Floats:
    return pixels[None].astype(np.float32) / 255
