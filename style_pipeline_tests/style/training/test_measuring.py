"""The yardsticks: what scores mean, what optimisation reaches, what a picture of training shows."""

from io import BytesIO

import pytest
import torch
from PIL import Image
from torch import Tensor

from style_pipeline.style.training import samples
from style_pipeline.style.training.evaluation import Score, control_lines, evaluate
from style_pipeline.style.training.loss import Trunk
from style_pipeline.style.training.optimisation import optimise
from style_pipeline.style.training.photographs import open_painting
from style_pipeline.style.training.trainer import Losses
from style_pipeline_tests.checkpoints import NAMES, tiny_network
from style_pipeline_tests.practice import painting, photographs, tiny_trunk


@pytest.fixture(scope="module")
def trunk(tmp_path_factory: pytest.TempPathFactory) -> Trunk:
    return Trunk(tiny_trunk(tmp_path_factory.mktemp("trunk")))


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[Tensor]:
    folder = photographs(tmp_path_factory.mktemp("photos"))
    return [open_painting(path, 48)[0] for path in sorted(folder.iterdir())[:2]]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Tensor:
    return open_painting(painting(tmp_path_factory.mktemp("painting")), 64)


def test_style_weighs_ten_times() -> None:
    assert Score(0.5, 0.02).total == pytest.approx(0.7)
    assert str(Score(0.5, 0.02)) == "content 0.500 style 0.0200 total 0.700"


def test_a_score_is_the_mean_over_frames(
    trunk: Trunk, frames: list[Tensor], target: Tensor
) -> None:
    alone = [evaluate(tiny_network(), 1, target, [frame], trunk) for frame in frames]
    both = evaluate(tiny_network(), 1, target, frames, trunk)
    assert both.style == pytest.approx(sum(score.style for score in alone) / 2)
    assert both.content == pytest.approx(sum(score.content for score in alone) / 2)


def test_optimised_pixels_are_nearer_to_the_painting(
    trunk: Trunk, frames: list[Tensor], target: Tensor
) -> None:
    seen: list[Score] = []
    picture, best = optimise(
        frames[0][None], target, trunk, 20, lambda _number, score: seen.append(score)
    )
    assert picture.shape == frames[0][None].shape
    assert 0 <= picture.min() <= picture.max() <= 1
    assert best.total == min(score.total for score in seen) < 0.8 * seen[0].total


def test_optimisation_begins_where_it_is_told(
    trunk: Trunk, frames: list[Tensor], target: Tensor
) -> None:
    start = frames[0][None].flip(3)
    picture, _ = optimise(frames[0][None], target, trunk, 1, start=start)
    assert torch.equal(picture, start)


def test_controls_are_measured_in_words(trunk: Trunk, frames: list[Tensor], target: Tensor) -> None:
    targets = [("plain", target), ("bold", target.flip(3))]
    lines = list(control_lines(tiny_network(), NAMES, targets, frames, trunk))
    assert [line.split(":")[0] for line in lines] == [
        "plain by strength",
        "bold by strength",
        "plain with 0, 50, 100 % of bold",
    ]


def test_a_picture_of_training_is_small_and_shows_every_style() -> None:
    crops = torch.rand(3, 3, 256, 256, generator=torch.Generator().manual_seed(1))
    history = [Losses(step, 2 / step, 1 / step, 0.01) for step in (1, 2, 4)]
    jpeg = samples.draw(tiny_network(), crops, history)
    assert len(jpeg) <= samples.LARGEST_BYTES
    picture = Image.open(BytesIO(jpeg))
    assert picture.height > picture.width
    assert samples.draw(tiny_network(), crops, history) == jpeg
    assert samples.draw(tiny_network(), crops, history[:2]) != jpeg
    assert samples.draw(tiny_network(), crops, [])
