"""The hot folder by state; what Dagster itself makes of each look is evaluated, not assumed."""

import os
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorExecutionData as Tick

from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.ceiling import Ceiling
from style_pipeline.defs.handing_out import Rules
from style_pipeline.defs.jobs import UPLOAD_TAG
from style_pipeline.defs.sensors import new_video_sensor
from style_pipeline.settings import Settings
from style_pipeline.stores import open_store
from style_pipeline_tests.defs.conftest import OTHER_STYLE, STYLE


class HotFolder:
    """An ``incoming/`` folder, and the sensor that looks into it."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance) -> None:
        assert settings.store_folder is not None
        self.settings = settings
        self.folder = settings.store_folder / "incoming"
        self.instance = instance
        self.definitions = definitions_for(settings)
        self.store = open_store(settings.store_url)
        self.cursor: str | None = None
        self.ceiling = Ceiling()

    def drop(self, name: str, content: bytes = b"a video", age: float = 60) -> Path:
        """Copy a file in, as it would look ``age`` seconds later."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        past = path.stat().st_mtime - age
        os.utime(path, (past, past))
        return path

    def look(self) -> Tick:
        """One tick, as the daemon does it: cursor kept, partitions registered, runs created."""
        rules = Rules(self.settings.upload, ceiling=self.ceiling)
        context = dg.build_sensor_context(
            instance=self.instance,
            instance_ref=self.instance.get_ref(),
            definitions=self.definitions,
            resources={"store": self.store, "intake_rules": rules},
            repository_name="__repository__",
            cursor=self.cursor,
        )
        tick = new_video_sensor.evaluate_tick(context)
        self.cursor = tick.cursor
        for request in tick.dynamic_partitions_requests or ():
            self.instance.add_dynamic_partitions(
                request.partitions_def_name, request.partition_keys
            )
        return tick


@pytest.fixture
def hot(settings: Settings, instance: dg.DagsterInstance) -> HotFolder:
    return HotFolder(settings, instance)


def keys(tick: Tick) -> list[str | None]:
    return [request.partition_key for request in tick.run_requests or ()]


def test_an_empty_installation_is_no_error(hot: HotFolder) -> None:
    tick = hot.look()
    assert keys(tick) == []
    assert tick.skip_message == "no new video"


def test_two_files_at_once_make_two_runs(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/a.mp4")
    hot.drop(f"{OTHER_STYLE}/b.mp4")
    tick = hot.look()
    assert sorted(str(key).rpartition("-")[0] for key in keys(tick)) == [
        f"{OTHER_STYLE}|b",
        f"{STYLE}|a",
    ]
    assert sorted(hot.instance.get_dynamic_partitions("style")) == [OTHER_STYLE, STYLE]
    assert len(hot.instance.get_dynamic_partitions("video")) == 2
    for request in tick.run_requests or ():
        assert request.tags[UPLOAD_TAG] == request.run_key


def test_the_same_file_again_makes_none_and_a_changed_one_makes_one(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/a.mp4")
    first = hot.look()
    hot.drop(f"{STYLE}/a.mp4", age=30)
    assert keys(hot.look()) == []
    hot.drop(f"{STYLE}/a.mp4", b"another video")
    changed = hot.look()
    assert keys(changed) == keys(first)
    ((before,), (after,)) = (first.run_requests or (), changed.run_requests or ())
    assert before.run_key != after.run_key
    assert keys(hot.look()) == []


def test_what_cannot_be_painted_yet_is_named_and_stops_nobody(hot: HotFolder) -> None:
    hot.drop("cubist/a.mp4")
    hot.drop(f"{STYLE}.strength_200/a.mp4")
    hot.drop(f"strength_50.{STYLE}/a.mp4")
    hot.drop(f"{STYLE}/growing.mp4.filepart")
    alone = hot.look()
    assert keys(alone) == []
    assert alone.skip_message is not None
    assert "4 rejected" in alone.skip_message
    assert not list(hot.store.list("quarantine/"))
    assert "cubist/a.mp4: there is no style 'cubist'; did you mean " in alone.skip_message
    assert f"write 'strength_50.{STYLE}' as '{STYLE}.strength_50'" in alone.skip_message
    hot.drop(f"{STYLE}/good.mp4")
    hot.drop(f"{STYLE}.colours.strength_50/good.mp4")
    assert [str(key).rpartition("-")[0] for key in keys(hot.look())] == [
        f"{STYLE}.colours.strength_50|good",
        f"{STYLE}|good",
    ]


def test_a_file_that_is_still_being_copied_waits(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/a.mp4", age=0)
    assert keys(hot.look()) == []
    hot.drop(f"{STYLE}/a.mp4", age=60)
    assert len(keys(hot.look())) == 1


def test_a_result_triggers_nothing(hot: HotFolder) -> None:
    output = hot.folder.parent / "outputs" / STYLE / "a.mp4"
    output.parent.mkdir(parents=True)
    output.write_bytes(b"painted")
    assert keys(hot.look()) == []


def test_an_upload_that_the_command_line_paints_is_not_painted_twice(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/a.mp4")
    (request,) = hot.look().run_requests or ()
    hot.cursor = None

    @dg.job
    def anything() -> None: ...

    hot.instance.create_run_for_job(anything, tags={UPLOAD_TAG: str(request.run_key)})
    assert keys(hot.look()) == []


def test_it_is_on_by_default_and_looks_often() -> None:
    assert new_video_sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert (new_video_sensor.minimum_interval_seconds or 99) <= 30


def test_nothing_is_asked_for_beyond_the_ceiling_and_nothing_forgotten(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/a.mp4")
    hot.instance.report_runless_asset_event(
        dg.AssetMaterialization("styled_frames", metadata={"cost": 5.0})
    )
    hot.ceiling = Ceiling(5.0)
    tick = hot.look()
    assert keys(tick) == []
    assert tick.skip_message is not None
    assert tick.skip_message.startswith("painting has cost 5.00 in the last 24 hours, the limit is")
    hot.ceiling = Ceiling(6.0)
    assert len(keys(hot.look())) == 1
