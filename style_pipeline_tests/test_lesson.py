"""The digest of a lesson names all that determines what is learnt; recipes rise and fall."""

from dataclasses import replace

import pytest

from style_pipeline.errors import TrainingError
from style_pipeline.lesson import ONE_STYLE, Lesson, Pinned, Recipe, Stage

LESSON = Lesson("mine", "run", Pinned("p", "1"), Pinned("t", "2"), Pinned("z", "3"), "base")


@pytest.mark.parametrize(
    "change",
    [
        {"style": "other"},
        {"painting": Pinned("p", "9")},
        {"trunk": Pinned("t", "9")},
        {"photographs": Pinned("z", "9")},
        {"base": "other"},
        {"recipe": replace(ONE_STYLE, seed=2)},
    ],
)
def test_what_changes_what_is_learnt_changes_the_digest(change: dict[str, object]) -> None:
    assert replace(LESSON, **change).digest != LESSON.digest


@pytest.mark.parametrize("change", [{"run_id": "later"}, {"painting": Pinned("moved", "1")}])
def test_another_run_of_the_same_lesson_finds_it(change: dict[str, object]) -> None:
    assert replace(LESSON, **change).prefix == LESSON.prefix


def test_travels_as_json() -> None:
    assert Lesson.from_json(LESSON.to_json()) == LESSON


def test_a_new_style_leaves_the_body_alone() -> None:
    assert ONE_STYLE.body_rate == 0


def test_stages_follow_each_other() -> None:
    recipe = Recipe(stages=(Stage(2, 32, 4), Stage(1, 64, 1)))
    assert [recipe.stage(step).side for step in range(recipe.steps)] == [32, 32, 64]
    with pytest.raises(TrainingError, match="only 3 steps"):
        recipe.stage(3)


def test_the_rate_rises_and_falls() -> None:
    recipe = Recipe(stages=(Stage(1000, 32, 1),))
    rates = [recipe.rate(step) for step in range(1000)]
    assert rates[0] < 0.05
    assert max(rates) > 0.9
    assert rates[50:] == sorted(rates[50:], reverse=True)
    assert rates[-1] < 0.05
