"""A painting learnt for real, in Dagster runs: kept, gone on with, and told why where it fails."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline import layout
from style_pipeline.launchers.local_mpi import LocalMpiLauncher
from style_pipeline.lesson import ONE_STYLE, Lesson, LessonReport, Pinned, Stage
from style_pipeline.look import Look
from style_pipeline.store import MediaStore
from style_pipeline.stores import LocalStore
from style_pipeline.style import catalogue, gallery
from style_pipeline.style.stylizer import open_trained
from style_pipeline_tests.practice import painting, photographs, tiny_trunk
from style_pipeline_tests.style.arbitrary import pictures

RECIPE = replace(ONE_STYLE, stages=(Stage(8, 64, 1),), save_every=4, bfloat16=False)
Learn = Callable[[Lesson], dg.ExecuteInProcessResult]


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def lesson(store: LocalStore, tmp_path: Path) -> Lesson:
    key = gallery.hang(store, "mine", painting(tmp_path))
    archive = tmp_path / "photographs.zip"
    _zip(photographs(tmp_path / "photos"), archive)
    return Lesson(
        style="mine",
        run_id="run",
        painting=_pinned(store, tmp_path / "painting-1.png", key),
        trunk=_pinned(store, tiny_trunk(tmp_path), "work/training/trunk.safetensors"),
        photographs=_pinned(store, archive, "work/training/photographs.zip"),
        base=catalogue.shipped_card().sha256,
        recipe=RECIPE,
    )


@pytest.fixture
def learn(store: LocalStore, instance: dg.DagsterInstance) -> Learn:
    def run(lesson: Lesson) -> dg.ExecuteInProcessResult:
        @dg.asset
        def learnt(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
            report = LocalMpiLauncher(store.url).learn(context, lesson)
            return dg.MaterializeResult(metadata={"report": report.to_json().decode()})

        return dg.materialize([learnt], instance=instance, raise_on_error=False)

    return run


def _pinned(store: MediaStore, path: Path, key: str) -> Pinned:
    store.upload(path, key)
    return Pinned(key, hashlib.sha256(path.read_bytes()).hexdigest())


def _zip(folder: Path, target: Path) -> None:
    import zipfile

    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)


def reported(result: dg.ExecuteInProcessResult) -> LessonReport:
    (event,) = result.get_asset_materialization_events()
    metadata = event.step_materialization_data.materialization.metadata
    return LessonReport.from_json(str(metadata["report"].value).encode())


def test_a_painting_is_learnt_and_can_be_painted_and_blended(
    store: LocalStore, lesson: Lesson, learn: Learn, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    result = learn(lesson)
    report = reported(result)
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
    whole = reported(learn(lesson)).checkpoint_sha256
    state = store.read_bytes(layout.lesson_state_key(lesson.prefix))
    for found in list(store.list("styles/mine/checkpoint")):
        store.delete(found.key)
    assert reported(learn(lesson)).checkpoint_sha256 == whole
    assert store.read_bytes(layout.lesson_state_key(lesson.prefix)) == state


def test_a_painting_that_changed_meanwhile_is_not_learnt(
    store: LocalStore, lesson: Lesson, learn: Learn, tmp_path: Path
) -> None:
    store.upload(painting(tmp_path, seed=2), lesson.painting.key)
    result = learn(lesson)
    assert not result.success
    error = result.failure_data_for_node("learnt")
    assert error is not None
    assert "has changed since the lesson was made" in str(error.error)
    assert not store.exists(layout.style_checkpoint_key("mine"))
