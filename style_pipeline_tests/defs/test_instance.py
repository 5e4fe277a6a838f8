"""The embedded instance: made on first use, never overwritten."""

import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.defs.instance import embedded_instance, install
from style_pipeline.defs.jobs import UPLOAD_TAG
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


def test_a_copy_of_the_folder_brings_everything_back(settings: Settings, tmp_path: Path) -> None:
    """The back-up and restore of docs/operations.md: what has been painted is still known."""

    @dg.job
    def job() -> None:
        pass

    with embedded_instance(settings) as lost:
        lost.add_dynamic_partitions("style", ["great-wave"])
        run = lost.create_run_for_job(
            job, status=dg.DagsterRunStatus.SUCCESS, tags={UPLOAD_TAG: "incoming/a.mp4|1"}
        )
    home = settings.dagster_home
    shutil.copytree(home, tmp_path / "copy")
    shutil.rmtree(home)
    shutil.copytree(tmp_path / "copy", home)
    with embedded_instance(settings) as restored:
        assert restored.get_dynamic_partitions("style") == ["great-wave"]
        painted = dg.RunsFilter(tags={UPLOAD_TAG: "incoming/a.mp4|1"})
        assert [each.run_id for each in restored.get_runs(painted)] == [run.run_id]


def test_a_home_that_cannot_be_made_is_one_clear_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="set DAGSTER_HOME or") as refusal:
        install(replace(settings, dagster_home=tmp_path / "file/dagster"))
    assert "\n" not in str(refusal.value)
