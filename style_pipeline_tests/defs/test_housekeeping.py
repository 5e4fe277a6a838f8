"""Old work is cleared, never while a run is under way; what is missed is made again."""

import fcntl
import os
import time
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline import again
from style_pipeline.defs import housekeeping
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.submission import materialize, submit
from style_pipeline.look import Look
from style_pipeline.retention import Group
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.defs.conftest import OTHER_STYLE, STYLE

DAY = 86400
STARTED = dg.DagsterRunStatus.STARTED
KEYS = [
    "incoming/great-wave/old.mp4",
    "outputs/great-wave/old.mp4",
    "styles/own/painting.jpg",
    "work/sources/old/frames-1/manifest.json",
    "work/sources/old/frames-1/shards/000000.mkv",
    "work/styled/old/job.json",
    "work/styled/young/job.json",
]


@pytest.fixture
def cleaned(settings: Settings) -> Settings:
    return Settings.from_environment(
        {"STYLE_PIPELINE_RANKS": "1", "STYLE_PIPELINE_WORK_DAYS": "30"}, settings.home.parent
    )


def age(settings: Settings, key: str, days: float) -> None:
    assert settings.store_folder is not None
    then = time.time() - days * DAY
    os.utime(settings.store_folder / key, (then, then))


def fill(settings: Settings, store: MediaStore) -> None:
    """Everything is 40 days old, but for what is called young."""
    for key in KEYS:
        store.upload(b"x", key)
        age(settings, key, 1 if "young" in key else 40)


def clear(settings: Settings, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = definitions_for(settings).resolve_job_def(housekeeping.JOB)
    result = job.execute_in_process(instance=instance)
    assert result.success
    return result


def keys(store: MediaStore) -> set[str]:
    places = ("incoming/", "outputs/", "styles/", "work/")
    return {each.key for place in places for each in store.list(place)}


def a_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> dg.DagsterRun:
    @dg.job
    def other() -> None:
        pass

    return instance.create_run_for_job(other, status=status)


def test_old_work_goes_and_nothing_else(
    cleaned: Settings, instance: dg.DagsterInstance, store: MediaStore
) -> None:
    fill(cleaned, store)
    clear(cleaned, instance)
    assert keys(store) == {key for key in KEYS if not key.startswith("work/") or "young" in key}


def test_a_request_is_not_forgotten_with_the_work(
    cleaned: Settings, instance: dg.DagsterInstance, store: MediaStore
) -> None:
    """Its number is in the run key: the next request would get it again, and Dagster drop it."""
    assert again.ask(store, KEYS[0], "etag") == 1
    for found in list(store.list()):
        age(cleaned, found.key, 40)
    clear(cleaned, instance)
    assert again.ask(store, KEYS[0], "etag") == 2


@pytest.mark.parametrize(
    "status",
    [
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ],
)
def test_nothing_goes_while_a_run_is_under_way(
    cleaned: Settings,
    instance: dg.DagsterInstance,
    store: MediaStore,
    status: dg.DagsterRunStatus,
) -> None:
    fill(cleaned, store)
    a_run(instance, status)
    clear(cleaned, instance)
    assert keys(store) == set(KEYS)


def test_a_run_that_has_ended_is_in_nobodys_way(
    cleaned: Settings, instance: dg.DagsterInstance, store: MediaStore
) -> None:
    fill(cleaned, store)
    a_run(instance, dg.DagsterRunStatus.FAILURE)
    clear(cleaned, instance)
    assert keys(store) < set(KEYS)


def test_what_was_written_since_it_was_listed_stays(cleaned: Settings, store: MediaStore) -> None:
    from datetime import UTC, datetime

    fill(cleaned, store)
    prefix = "work/sources/old/"
    listed = Group(prefix, tuple(store.list(prefix)))
    store.upload(b"again", "work/sources/old/frames-1/manifest.json")
    assert not housekeeping._clear(store, listed, datetime.now(UTC), 30)
    assert len(list(store.list(prefix))) == 2


def test_it_runs_by_itself_only_where_days_are_named(settings: Settings, cleaned: Settings) -> None:
    def schedules(of: Settings) -> list[str]:
        return [each.name for each in definitions_for(of).get_repository_def().schedule_defs]

    assert schedules(settings) == []
    assert schedules(cleaned) == ["clear_work_schedule"]


def test_the_schedule_asks_for_no_run_while_another_is_under_way(
    cleaned: Settings, instance: dg.DagsterInstance
) -> None:
    schedule = definitions_for(cleaned).get_repository_def().get_schedule_def("clear_work_schedule")
    context = dg.build_schedule_context(instance=instance)
    assert len(schedule.evaluate_tick(context).run_requests or ()) == 1
    a_run(instance, dg.DagsterRunStatus.STARTED)
    tick = schedule.evaluate_tick(context)
    assert (tick.run_requests, "under way" in str(tick.skip_message)) == ([], True)


def test_its_own_old_runs_are_forgotten_and_those_of_videos_are_not(
    cleaned: Settings, instance: dg.DagsterInstance
) -> None:
    from datetime import UTC, datetime, timedelta

    first = clear(cleaned, instance).run_id
    other = a_run(instance, dg.DagsterRunStatus.SUCCESS).run_id
    housekeeping.forget(instance, housekeeping.JOB, datetime.now(UTC) - timedelta(days=1))
    assert instance.get_run_by_id(first) is not None
    housekeeping.forget(instance, housekeeping.JOB, datetime.now(UTC) + timedelta(days=1))
    assert instance.get_run_by_id(first) is None
    assert instance.get_run_by_id(other) is not None


def test_a_run_whose_process_is_gone_is_closed_and_one_that_lives_is_not(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    """Else it would keep its place in the queue for hours, and others out of it."""
    killed = a_run(instance, dg.DagsterRunStatus.STARTED).run_id
    alive = a_run(instance, dg.DagsterRunStatus.STARTED).run_id
    locks = {}
    for run in (killed, alive):
        (settings.scratch / run).mkdir(parents=True)
        locks[run] = (settings.scratch / run / "lock").open("wb")
        fcntl.flock(locks[run], fcntl.LOCK_EX)
    sensor = definitions_for(settings).get_repository_def().get_sensor_def("killed_run_sensor")
    context = dg.build_sensor_context(instance=instance)
    assert "no run was killed" in str(sensor.evaluate_tick(context).skip_message)
    locks[killed].close()
    assert killed in str(sensor.evaluate_tick(context).skip_message)
    assert [each.run_id for each in instance.get_runs(dg.RunsFilter(statuses=[STARTED]))] == [alive]
    locks[alive].close()


@pytest.mark.slow
def test_a_video_whose_work_was_cleared_is_painted_again(
    cleaned: Settings, instance: dg.DagsterInstance, store: MediaStore, clip: ClipFactory
) -> None:
    def paint(video: Path, style: str) -> None:
        (key,) = submit(store, instance, video, [Look.parse(style)])
        assert materialize(cleaned, instance, key).success

    video = clip("kept.mp4", frames=4)
    paint(video, STYLE)
    for key in keys(store):
        age(cleaned, key, 40)
    clear(cleaned, instance)
    assert not list(store.list("work/"))
    assert store.exists(f"outputs/{STYLE}/kept.mp4")
    paint(video, OTHER_STYLE)
    assert store.exists(f"outputs/{OTHER_STYLE}/kept.mp4")
