"""Real steps on a tiny network and a thin random trunk: losses fall, stopping changes nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from style_pipeline.errors import TrainingError, UnusablePainting
from style_pipeline.lesson import Recipe, Stage
from style_pipeline.style.margin import COLUMNS
from style_pipeline.style.network import StyleNetwork
from style_pipeline.style.training import trainer
from style_pipeline.style.training.loss import Trunk, content_loss, gram, style_loss
from style_pipeline.style.training.photographs import Photographs, open_painting
from style_pipeline.style.training.trainer import Losses, Trainer
from style_pipeline.style.vectors import is_vector
from style_pipeline_tests.checkpoints import tiny_network
from style_pipeline_tests.practice import photographs, tiny_trunk

QUICK = Recipe(
    stages=(Stage(70, 32, 2), Stage(10, 48, 1)), save_every=15, body_rate=3e-3, bfloat16=False
)


@pytest.fixture(scope="module")
def trunk_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_trunk(tmp_path_factory.mktemp("trunk"))


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photographs(tmp_path_factory.mktemp("photos"))


def make_trainer(
    recipe: Recipe, folder: Path, trunk: Path, pictures: Path, network: StyleNetwork | None = None
) -> Trainer:
    paintings = [open_painting(pictures / f"{i}.png", 64) for i in range(2)]
    return Trainer(
        network or tiny_network(), Photographs(pictures), paintings, Trunk(trunk), recipe, folder
    )


def test_losses_fall(tmp_path: Path, trunk_file: Path, pictures: Path) -> None:
    seen: list[Losses] = []
    make_trainer(QUICK, tmp_path, trunk_file, pictures).run(seen.append)
    assert [losses.step for losses in seen] == list(range(1, 81))
    total = [losses.content + 5 * losses.style for losses in seen[:70]]
    assert np.mean(total[-10:]) < 0.7 * np.mean(total[:10])


def test_it_learns_with_the_margin_that_is_painted(
    tmp_path: Path, trunk_file: Path, pictures: Path
) -> None:
    network, widths = tiny_network(), list[int]()
    network.register_forward_pre_hook(lambda _, given: widths.append(given[0].shape[-1]))
    recipe = replace(QUICK, stages=(Stage(1, 32, 2),))
    make_trainer(recipe, tmp_path, trunk_file, pictures, network).run(lambda _: None)
    assert widths == [32 + COLUMNS] * 2


def test_stopping_and_resuming_gives_the_same_weights(
    tmp_path: Path, trunk_file: Path, pictures: Path
) -> None:
    whole = make_trainer(QUICK, tmp_path / "whole", trunk_file, pictures).run(lambda _: None)
    stopped = make_trainer(QUICK, tmp_path / "parts", trunk_file, pictures)

    def stop_after_forty(losses: Losses) -> None:
        if losses.step == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped.run(stop_after_forty)
    resumed = make_trainer(QUICK, tmp_path / "parts", trunk_file, pictures, tiny_network(seed=99))
    steps: list[int] = []
    network = resumed.run(lambda losses: steps.append(losses.step))
    assert steps[0] == 31
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, network.state_dict()[name]), name


def test_refuses_to_continue_another_recipe(
    tmp_path: Path, trunk_file: Path, pictures: Path
) -> None:
    short = replace(QUICK, stages=(Stage(2, 32, 2),))
    make_trainer(short, tmp_path, trunk_file, pictures).run(lambda _: None)
    with pytest.raises(TrainingError, match="another recipe"):
        make_trainer(replace(short, seed=2), tmp_path, trunk_file, pictures).run(lambda _: None)


def test_a_painting_is_at_no_distance_from_itself(trunk_file: Path, pictures: Path) -> None:
    trunk, painting = Trunk(trunk_file), open_painting(pictures / "0.png", 64)
    seen, other = trunk(painting), trunk(open_painting(pictures / "1.png", 64))
    assert content_loss(seen, seen).item() == 0
    assert style_loss(seen, [gram(a) for a in seen]).item() == 0
    assert style_loss(other, [gram(a) for a in seen]).item() > 0.01


def test_what_is_no_trunk_or_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"no picture")
    with pytest.raises(TrainingError, match="no VGG-16 trunk"):
        Trunk(tmp_path / "x.jpg")
    with pytest.raises(UnusablePainting, match="not a picture"):
        open_painting(tmp_path / "x.jpg", 64)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match="no JPEG or PNG"):
        Photographs(tmp_path / "empty")


def test_a_run_can_end_before_its_recipe_does(
    tmp_path: Path, trunk_file: Path, pictures: Path
) -> None:
    recipe = replace(QUICK, stages=(Stage(20, 32, 1),))
    part = make_trainer(recipe, tmp_path / "part", trunk_file, pictures)
    steps: list[int] = []
    part.run(lambda losses: steps.append(losses.step), until=7)
    assert steps == list(range(1, 8))
    assert make_trainer(recipe, tmp_path / "part", trunk_file, pictures).step == 7


def test_a_body_without_a_rate_stays_as_it_is(
    tmp_path: Path, trunk_file: Path, pictures: Path
) -> None:
    recipe = replace(QUICK, stages=(Stage(3, 32, 1),), body_rate=0.0)
    before = tiny_network().state_dict()
    after = make_trainer(recipe, tmp_path, trunk_file, pictures).run(lambda _: None).state_dict()
    moved = {name for name in before if not torch.equal(before[name], after[name])}
    assert moved
    assert all(is_vector(name) for name in moved)


@pytest.mark.parametrize(("flags", "heard"), [({"avx2"}, False), ({"avx2", "amx_bf16"}, True)])
def test_bfloat16_is_for_machines_that_multiply_in_it(
    flags: set[str],
    heard: bool,
    tmp_path: Path,
    trunk_file: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trainer, "cpu_flags", lambda: frozenset(flags))
    recipe = replace(QUICK, bfloat16=True)
    assert make_trainer(recipe, tmp_path, trunk_file, pictures).bfloat16 is heard
