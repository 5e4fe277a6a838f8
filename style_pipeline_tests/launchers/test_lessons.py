"""A painting learnt for real, in Dagster runs: kept, gone on with, and told why where it fails."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline import layout
from style_pipeline.errors import StyleJobError
from style_pipeline.launchers.local_mpi import LocalMpiLauncher
from style_pipeline.launchers.verdict import conclude_lesson
from style_pipeline.lesson import Lesson
from style_pipeline.look import Look
from style_pipeline.stores import LocalStore, open_whole
from style_pipeline.style import catalogue
from style_pipeline.style.stylizer import open_trained
from style_pipeline_tests.launchers.launch import teach
from style_pipeline_tests.launchers.results import failure, learnt
from style_pipeline_tests.practice import painting
from style_pipeline_tests.style.arbitrary import pictures

Learn = Callable[[Lesson], dg.ExecuteInProcessResult]


@pytest.fixture
def learn(store: LocalStore, instance: dg.DagsterInstance) -> Learn:
    launcher = LocalMpiLauncher(store.url)
    return lambda lesson: teach(launcher, lesson, instance)


def test_a_painting_is_learnt_and_can_be_painted_and_blended(
    store: LocalStore, lesson: Lesson, learn: Learn, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    result = learn(lesson)
    report = learnt(result)
    assert (report.style, report.steps) == ("mine", 8)
    assert report.nearest in catalogue.shipped_card().names
    assert report.style_error > 0
    log = "\n".join(entry.message for entry in instance.all_logs(result.run_id))
    assert "8 of 8 steps" in log
    assert store.read_bytes(layout.samples_key(lesson.prefix)).startswith(b"\xff\xd8")

    look = Look.of("great-wave,mine")
    shipped, mine = catalogue.choose(look, store)
    assert mine.sha256 == report.checkpoint_sha256
    for key in (layout.style_checkpoint_key("mine"), layout.style_card_key("mine")):
        store.download(key, tmp_path / Path(key).name)
    files = [
        (catalogue.shipped_checkpoint(), shipped.sha256),
        (tmp_path / "checkpoint.safetensors", mine.sha256),
    ]
    scene = pictures.scene(64, 48)
    assert open_trained(files, look)(scene).shape == scene.shape


def test_a_stopped_lesson_goes_on_and_ends_in_the_same_weights(
    store: LocalStore, lesson: Lesson, learn: Learn
) -> None:
    whole = learnt(learn(lesson)).checkpoint_sha256
    state = store.read_bytes(layout.lesson_state_key(lesson.prefix))
    for found in list(store.list("styles/mine/checkpoint")):
        store.delete(found.key)
    assert learnt(learn(lesson)).checkpoint_sha256 == whole
    assert store.read_bytes(layout.lesson_state_key(lesson.prefix)) == state


def test_a_painting_that_changed_meanwhile_is_not_learnt(
    store: LocalStore, lesson: Lesson, learn: Learn, tmp_path: Path
) -> None:
    store.upload(painting(tmp_path, seed=2), lesson.painting.key)
    result = learn(lesson)
    assert not result.success
    assert "has changed since the lesson was made" in failure(result)[1]
    assert not store.exists(layout.style_checkpoint_key("mine"))


def test_what_was_learnt_goes_where_uploaders_have_no_rights(
    store: LocalStore, lesson: Lesson, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    operations = LocalStore(tmp_path / "operations")
    launcher = LocalMpiLauncher(store.url, operations.url)
    report = learnt(teach(launcher, lesson, instance))
    assert [found.key for found in store.list(layout.STYLES)] == [lesson.painting.key]
    whole = open_whole(store.url, operations.url)
    (mine,) = catalogue.choose(Look.parse("mine"), whole)
    assert mine.sha256 == report.checkpoint_sha256
    content = operations.read_bytes(layout.style_checkpoint_key("mine"))
    assert hashlib.sha256(content).hexdigest() == report.checkpoint_sha256


@pytest.mark.parametrize("spoilt", [layout.lesson_checkpoint_key, layout.lesson_card_key])
def test_only_what_was_reported_is_taken_over(
    store: LocalStore, lesson: Lesson, learn: Learn, spoilt: Callable[[str], str]
) -> None:
    report = learnt(learn(lesson))
    for key in (layout.style_checkpoint_key("mine"), layout.style_card_key("mine")):
        store.delete(key)
    store.upload(b"{}", spoilt(lesson.prefix))
    with pytest.raises(StyleJobError, match="ended without a checkpoint of 'mine'"):
        conclude_lesson(store, lesson, report)
    assert not store.exists(layout.style_checkpoint_key("mine"))
