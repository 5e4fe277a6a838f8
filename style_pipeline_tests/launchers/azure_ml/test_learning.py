"""A painting learnt on a node of the cluster, through the unchanged SDK."""

import dagster as dg
import pytest

from style_pipeline import layout
from style_pipeline.lesson import Lesson
from style_pipeline.look import Look
from style_pipeline.stores import LocalStore, open_whole
from style_pipeline.style import catalogue
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.launchers.azure_ml.conftest import LauncherFactory
from style_pipeline_tests.launchers.launch import teach
from style_pipeline_tests.launchers.results import failure, learnt, said

pytestmark = pytest.mark.slow


def test_a_lesson_is_one_job_on_one_node_and_is_not_held_twice(
    cloud: Cloud,
    launcher: LauncherFactory,
    store: LocalStore,
    lesson: Lesson,
    instance: dg.DagsterInstance,
    operations: str,
) -> None:
    result = teach(launcher(store.url, GPUS_PER_NODE="2"), lesson, instance)
    report = learnt(result)
    assert (report.style, report.steps) == ("mine", 8)
    assert not store.exists(layout.style_checkpoint_key("mine"))
    (mine,) = catalogue.choose(Look.parse("mine"), open_whole(store.url, operations))
    assert mine.sha256 == report.checkpoint_sha256
    assert "8 of 8 steps" in said(instance, result.run_id)
    (run,) = cloud.runs.values()
    assert run.name.startswith(f"lesson-{lesson.digest}-")
    assert (run.nodes, run.properties["distribution"]["processCountPerInstance"]) == (1, 1)
    assert run.properties["tags"]["style"] == "mine"
    assert f"Azure ML job {run.name} on 1 node" in report.notes

    again = learnt(teach(launcher(store.url), lesson, instance))
    assert again.checkpoint_sha256 == report.checkpoint_sha256
    assert list(cloud.runs) == [run.name]


def test_why_a_lesson_failed_is_said_in_one_line(
    cloud: Cloud,
    launcher: LauncherFactory,
    store: LocalStore,
    lesson: Lesson,
    instance: dg.DagsterInstance,
) -> None:
    store.upload(b"no painting any more", lesson.painting.key)
    kind, message = failure(teach(launcher(store.url), lesson, instance))
    assert kind == "StyleJobError"
    assert "has changed since the lesson was made; start it again" in message
