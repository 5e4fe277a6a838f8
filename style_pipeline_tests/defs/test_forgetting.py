"""Old runs are forgotten, but for those that a partition, an upload or another run hangs on."""

from pathlib import Path

import dagster as dg
import pytest

from style_pipeline import layout
from style_pipeline.defs import forgetting, handing_out, partitions
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.jobs import UPLOAD_TAG
from style_pipeline.defs.orders import order_look
from style_pipeline.defs.style_assets import STYLE_CHECKPOINT, due, learn_style
from style_pipeline.intake import Arrival
from style_pipeline.layout import Upload
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline.style import gallery
from style_pipeline.upload_keys import upload_of
from style_pipeline_tests.practice import painting

FILM = Upload("tahiti", "film.mp4")
KEY = partitions.key_of(FILM)
STARTED = dg.DagsterRunStatus.STARTED


@pytest.fixture
def grid(instance: dg.DagsterInstance) -> dg.DagsterInstance:
    partitions.register(instance, FILM)
    return instance


@pytest.fixture
def film(store: MediaStore) -> Arrival:
    """An upload that lies in ``incoming/``."""
    return Arrival(FILM, store.upload(b"a film", FILM.key).etag)


def paint(
    instance: dg.DagsterInstance, arrival: Arrival, *, fails_at: str = "", only: str | None = None
) -> str:
    """A run of two assets of the grid for ``arrival``; its id."""

    def made(name: str, after: list[str]) -> dg.AssetsDefinition:
        @dg.asset(name=name, deps=after, partitions_def=partitions.grid)
        def asset() -> None:
            print(f"making {name}")
            if name == fails_at:
                raise dg.Failure("no")

        return asset

    assets = [made("frames", []), made("styled_frames", ["frames"])]
    ended = dg.materialize(
        assets,
        selection=only,
        instance=instance,
        partition_key=KEY,
        tags={UPLOAD_TAG: arrival.run_key},
        raise_on_error=False,
    )
    return ended.run_id


def forget(instance: dg.DagsterInstance, settings: Settings, days: float = 0) -> set[str]:
    """Run the job; the runs that are left, but for its own. All are older than no day."""
    job = definitions_for(settings).resolve_job_def(forgetting.JOB)
    remembering = {forgetting.forget_old_runs.name: forgetting.Remembering(days=days)}
    config = dg.RunConfig(ops=remembering)
    assert job.execute_in_process(instance=instance, run_config=config).success
    return {run.run_id for run in instance.get_runs() if run.job_name != forgetting.JOB}


def made_by(instance: dg.DagsterInstance, asset: str, partition: str = KEY) -> str | None:
    """The run that Dagster names as the last that made a partition of an asset."""
    wanted = dg.AssetRecordsFilter(dg.AssetKey(asset), asset_partitions=[partition])
    found = instance.fetch_materializations(wanted, limit=1).records
    return found[0].run_id if found else None


def test_a_failure_that_was_made_good_goes_with_its_files(
    grid: dg.DagsterInstance, settings: Settings, film: Arrival
) -> None:
    failed = paint(grid, film, fails_at="frames")
    painted = paint(grid, film)
    files = settings.dagster_home / "storage"
    assert (files / failed).exists()
    assert (files / painted).exists()
    assert forget(grid, settings, days=30) == {failed, painted}
    assert (files / failed).exists()
    assert forget(grid, settings) == {painted}
    assert not (files / failed).exists()
    assert not (files / painted).exists()
    assert grid.all_logs(failed) == []
    assert made_by(grid, "styled_frames") == painted


def test_what_was_made_last_stays_however_old_and_wherever_its_upload_is(
    grid: dg.DagsterInstance, settings: Settings, store: MediaStore, film: Arrival
) -> None:
    """A run that failed in the end may have made what the next one went on with."""
    began = paint(grid, film, fails_at="styled_frames")
    ended = paint(grid, film, only="styled_frames")
    store.delete(FILM.key)
    assert forget(grid, settings) == {began, ended}
    assert made_by(grid, "frames") == began
    once_more = paint(grid, film)
    assert forget(grid, settings) == {once_more}
    assert made_by(grid, "frames") == once_more


def test_an_upload_is_not_painted_again_for_want_of_its_run(
    grid: dg.DagsterInstance, settings: Settings, store: MediaStore, film: Arrival
) -> None:
    """The only run of an upload that lies there stays, although it made nothing."""
    failed = paint(grid, film, fails_at="frames")
    repeated = paint(grid, film, fails_at="frames")
    (left,) = forget(grid, settings)
    assert left in {failed, repeated}
    assert handing_out.asked_for(grid, film)
    store.delete(FILM.key)
    assert forget(grid, settings) == set()


def test_a_changed_upload_needs_the_run_of_the_earlier_one_no_more(
    grid: dg.DagsterInstance, settings: Settings, store: MediaStore, film: Arrival
) -> None:
    paint(grid, film)
    changed = Arrival(FILM, store.upload(b"another film", FILM.key).etag)
    latest = paint(grid, changed)
    assert forget(grid, settings) == {latest}
    assert handing_out.asked_for(grid, changed)


@pytest.fixture
def hung(grid: dg.DagsterInstance, store: MediaStore, tmp_path: Path) -> str:
    """The run key of the lesson of a painting that lies in the store."""
    gallery.hang(store, "mine", painting(tmp_path))
    grid.add_dynamic_partitions("style", ["mine"])
    return due(store)["mine"]


def teach(instance: dg.DagsterInstance, run_key: str, *, fails: bool = False) -> str:
    """A lesson that the sensor asked for; its run."""

    @dg.asset(key=STYLE_CHECKPOINT, partitions_def=partitions.styles)
    def checkpoint() -> None:
        if fails:
            raise dg.Failure("no")

    job = dg.define_asset_job(learn_style.name, [checkpoint])
    lesson = dg.Definitions([checkpoint], jobs=[job]).resolve_job_def(learn_style.name)
    ended = lesson.execute_in_process(
        instance=instance,
        partition_key="mine",
        tags={"dagster/run_key": run_key},
        raise_on_error=False,
    )
    return ended.run_id


def test_of_lessons_the_last_stays(grid: dg.DagsterInstance, settings: Settings, hung: str) -> None:
    earlier, failed, last = (
        teach(grid, run_key, fails=fails)
        for run_key, fails in (("mine|earlier", False), (hung, True), (hung, False))
    )
    assert forget(grid, settings, days=30) == {earlier, failed, last}
    assert forget(grid, settings) == {last}
    assert made_by(grid, "style_checkpoint", "mine") == last


def test_a_lesson_is_not_given_again_for_want_of_its_run(
    grid: dg.DagsterInstance, settings: Settings, store: MediaStore, hung: str, tmp_path: Path
) -> None:
    """A painting that could not be learnt is asked for by the sensor as long as it hangs there."""
    failed = teach(grid, hung, fails=True)
    assert forget(grid, settings) == {failed}
    store.delete(f"{layout.STYLES}mine/painting.png")
    assert forget(grid, settings) == set()


def test_nothing_hangs_on_an_order(grid: dg.DagsterInstance, settings: Settings) -> None:
    job = definitions_for(settings).resolve_job_def(order_look.name)
    wish = {"video": FILM.key, "style": "great-wave"}
    config = {"ops": {"place_order": {"config": wish}}}
    assert not job.execute_in_process(config, grid, raise_on_error=False).success
    assert len(forget(grid, settings, days=30)) == 1
    assert forget(grid, settings) == set()


def test_runs_that_are_under_way_or_resumed_or_of_others_stay(
    grid: dg.DagsterInstance, settings: Settings, film: Arrival
) -> None:
    @dg.job
    def other() -> None: ...

    failed = paint(grid, film, fails_at="frames")
    paint(grid, film)
    tags = {"dagster/partition": KEY}
    resumed = grid.create_run_for_job(
        other, parent_run_id=failed, root_run_id=failed, tags=tags, status=STARTED
    )
    waiting = grid.create_run_for_job(other, tags=tags, status=dg.DagsterRunStatus.NOT_STARTED)
    others = grid.create_run_for_job(
        other, tags={"dagster/partition": "tahiti"}, status=dg.DagsterRunStatus.SUCCESS
    )
    left = forget(grid, settings)
    assert {failed, resumed.run_id, waiting.run_id, others.run_id} < left
    assert len(left) == 5


def test_it_forgets_its_own_runs_too(grid: dg.DagsterInstance, settings: Settings) -> None:
    for _ in range(3):
        forget(grid, settings)
    assert len(grid.get_runs()) == 1


def test_it_runs_by_itself_only_where_days_are_named(settings: Settings) -> None:
    def schedules(of: Settings) -> list[str]:
        return [each.name for each in definitions_for(of).get_repository_def().schedule_defs]

    assert schedules(settings) == []
    named = Settings.from_environment({"STYLE_PIPELINE_RUN_DAYS": "60"}, settings.home.parent)
    assert schedules(named) == ["forget_runs_schedule"]


@pytest.mark.parametrize("again", [0, 3])
def test_an_upload_is_read_from_its_run_key(again: int) -> None:
    odd = Arrival(Upload("tahiti", "a|1|b.mp4"), "0x8|D", again)
    assert upload_of(odd.run_key) == f"{odd.upload.key}|0x8|D"
