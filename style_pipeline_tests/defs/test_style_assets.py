"""From a painting in the store to a learnt style, through Dagster, and what stands in its way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData as Tick

from style_pipeline.defs.assembly import style_definitions_for
from style_pipeline.defs.instance import embedded_instance
from style_pipeline.defs.resources import studio_of
from style_pipeline.defs.style_assets import new_painting_sensor
from style_pipeline.defs.submission import learn
from style_pipeline.errors import ConfigurationError, UnknownStyle
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline.style import catalogue, gallery
from style_pipeline_tests.practice import painting, photographs, tiny_trunk


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"STYLE_PIPELINE_HOME": str(tmp_path / "home"), "STYLE_PIPELINE_LESSON_STEPS": "2"}
    return replace(
        Settings.from_environment(environ),
        trunk=tiny_trunk(tmp_path),
        photographs=photographs(tmp_path / "photos"),
    )


@pytest.fixture
def store(settings: Settings) -> MediaStore:
    return open_store(settings.store_url)


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with embedded_instance(settings) as made:
        yield made


def facts(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    (event,) = result.get_asset_materialization_events()
    found = event.step_materialization_data.materialization.metadata
    return {name: value.value for name, value in found.items()}


def test_a_painting_becomes_a_style(
    settings: Settings, store: MediaStore, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    gallery.hang(store, "mine", painting(tmp_path))
    known = facts(learn(settings, instance, "mine"))
    assert known["steps"] == 2
    assert str(known["samples"]).startswith("![samples](data:image/jpeg;base64,")
    assert catalogue.offers(store)["mine"].kind == "trained"
    assert instance.has_dynamic_partition("style", "mine")
    again = facts(learn(settings, instance, "mine"))
    assert "steps" not in again
    assert "styles/mine/checkpoint.safetensors" in str(again["mine"])


def test_a_shipped_style_needs_no_lesson(settings: Settings, instance: dg.DagsterInstance) -> None:
    assert "the package" in str(facts(learn(settings, instance, "great-wave"))["great-wave"])


def test_without_a_trunk_the_error_says_what_to_set(
    settings: Settings, store: MediaStore, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    gallery.hang(store, "mine", painting(tmp_path))
    with pytest.raises(ConfigurationError, match="STYLE_PIPELINE_TRUNK"):
        learn(replace(settings, trunk=None), instance, "mine")
    with pytest.raises(ConfigurationError, match="STYLE_PIPELINE_PHOTOGRAPHS"):
        learn(replace(settings, photographs=None), instance, "mine")
    with pytest.raises(UnknownStyle):
        learn(settings, instance, "nonesuch")


def look(settings: Settings, instance: dg.DagsterInstance, cursor: str | None = None) -> Tick:
    context = dg.build_sensor_context(
        instance=instance,
        instance_ref=instance.get_ref(),
        definitions=style_definitions_for(settings),
        resources={"store": open_store(settings.store_url), "studio": studio_of(settings)},
        repository_name="__repository__",
        cursor=cursor,
    )
    return new_painting_sensor.evaluate_tick(context)


def test_the_sensor_asks_for_one_lesson_per_painting(
    settings: Settings, store: MediaStore, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    assert look(settings, instance).run_requests == []
    gallery.hang(store, "mine", painting(tmp_path))
    passing = gallery.name_for(painting(tmp_path, seed=2))
    gallery.hang(store, passing, tmp_path / "painting-2.png")
    (request,) = look(settings, instance).run_requests or ()
    assert request.partition_key == "mine"
    (same,) = look(settings, instance).run_requests or ()
    assert same.run_key == request.run_key
    gallery.hang(store, "mine", painting(tmp_path, seed=3))
    (other,) = look(settings, instance).run_requests or ()
    assert other.run_key != request.run_key


def test_the_sensor_says_what_it_lacks(settings: Settings, instance: dg.DagsterInstance) -> None:
    tick = look(replace(settings, trunk=None), instance)
    assert "STYLE_PIPELINE_TRUNK" in str(tick.skip_message)
