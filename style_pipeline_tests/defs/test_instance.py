"""The embedded instance: made on first use, never overwritten."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.defs.instance import embedded_instance, install
from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import Settings


def test_the_shipped_settings_are_installed_and_understood(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    assert instance.root_directory == str(settings.dagster_home)
    assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
    assert instance.run_monitoring_enabled
    assert instance.run_monitoring_max_runtime_seconds > settings.deadline_seconds
    assert instance.telemetry_enabled is False
    assert instance.get_settings("sensors")["num_submit_workers"] == 4


def test_edited_settings_are_left_alone(settings: Settings) -> None:
    path = install(settings) / "dagster.yaml"
    path.write_text("telemetry: {enabled: true}\n")
    install(settings)
    assert path.read_text() == "telemetry: {enabled: true}\n"


def test_what_is_recorded_is_there_next_time(settings: Settings) -> None:
    with embedded_instance(settings) as first:
        first.add_dynamic_partitions("style", ["great-wave"])
    with embedded_instance(settings) as second:
        assert second.get_dynamic_partitions("style") == ["great-wave"]


def test_a_home_that_cannot_be_made_is_one_clear_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="set DAGSTER_HOME or") as refusal:
        install(replace(settings, dagster_home=tmp_path / "file/dagster"))
    assert "\n" not in str(refusal.value)
