"""What can never be painted: out of the way, told to Dagster, and back by one command."""

import os
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline import quarantine
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.jobs import paint_video
from style_pipeline.defs.quarantining import ASSET
from style_pipeline.defs.submission import materialize, submit
from style_pipeline.errors import PartitionError, UnusableVideo
from style_pipeline.look import Look
from style_pipeline.quarantine import Quarantined
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.defs.conftest import STYLE
from style_pipeline_tests.defs.test_sensors import HotFolder, keys


@pytest.fixture
def hot(settings: Settings, instance: dg.DagsterInstance) -> HotFolder:
    return HotFolder(settings, instance)


def held(store: MediaStore) -> dict[str, str]:
    """The reasons, by the names the uploads had."""
    return {entry.upload.rpartition("/")[2]: entry.reason for entry in quarantine.entries(store)}


def events(instance: dg.DagsterInstance) -> list[dict[str, object]]:
    found = instance.fetch_observations(ASSET.key, limit=100).records
    told = [record.asset_observation for record in found]
    return [{name: m.value for name, m in each.metadata.items()} for each in told if each]


HOPELESS = {
    "notes.txt": "does not end like a video",
    "empty.mp4": "is empty",
    "new\nline.mp4": "a control character",
    "\x01.mp4": "a control character",
    "back\\slash.mp4": "a backslash",
    os.fsdecode(b"wave\xff.mp4"): "not Unicode",
    "large.mp4": "is 11 bytes, the limit is 10: compress it, or raise STYLE_PIPELINE_UPLOAD_GIB",
}


def test_hopeless_uploads_go_aside_and_the_others_go_on(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    hot = HotFolder(replace(settings, upload=replace(settings.upload, size=10)), instance)
    for name in HOPELESS:
        hot.drop(f"{STYLE}/{name}", {"empty.mp4": b"", "large.mp4": b"x" * 11}.get(name, b"x"))
    hot.drop("loose.mp4")
    for name in (
        "good.mp4",
        "-i.mp4",
        "%03d.mp4",
        "concat:x.mp4",
        'it\'s "q".mp4',
        "\u202e4pm.mp4",
    ):
        hot.drop(f"{STYLE}/{name}")
    tick = hot.look()
    assert len(keys(tick)) == 6
    reasons = held(hot.store)
    assert reasons.keys() == {*HOPELESS, "loose.mp4"}
    assert all(words in reasons[name] for name, words in HOPELESS.items())
    assert len(list((hot.folder / STYLE).iterdir())) == 6
    assert keys(hot.look()) == []


def test_links_in_the_folder_lead_nowhere(hot: HotFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"secret")
    folder = hot.drop(f"{STYLE}/good.mp4").parent
    (folder / "link.mp4").symlink_to(secret)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (hot.folder / "great-wave").symlink_to(tmp_path, target_is_directory=True)
    assert [str(key).rpartition("-")[0] for key in keys(hot.look())] == [f"{STYLE}|good"]
    assert held(hot.store) == {}
    assert secret.read_bytes() == b"secret"


def test_a_name_in_two_spellings_is_two_videos(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/caf\u00e9.mp4")
    hot.drop(f"{STYLE}/cafe\u0301.mp4")
    assert len(set(keys(hot.look()))) == 2


def test_the_tick_says_so_and_the_asset_shows_it(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/empty.mp4", b"")
    tick = hot.look()
    assert "1 quarantined: incoming/starry-night/empty.mp4: is empty" in str(tick.skip_message)
    (event,) = tick.asset_events
    assert isinstance(event, dg.AssetObservation)
    assert event.asset_key == ASSET.key
    assert event.metadata["reason"].value == "is empty; upload it again"
    assert str(event.metadata["release"].value).startswith("style-pipeline release empty-")


def test_a_file_that_may_still_get_its_content_waits(hot: HotFolder) -> None:
    hot.drop(f"{STYLE}/empty.mp4", b"", age=30)
    assert "1 rejected" in str(hot.look().skip_message)
    assert held(hot.store) == {}


def test_one_that_cannot_be_moved_stops_nobody(hot: HotFolder) -> None:
    for name in ("a.txt", "b.txt"):
        hot.drop(f"{STYLE}/{name}")
    hot.drop(f"{STYLE}/good.mp4")
    entry = quarantine.put_aside(
        hot.store,
        hot.store.stat(f"incoming/{STYLE}/a.txt"),
        "why",
        hot.store.stat(f"incoming/{STYLE}/a.txt").modified,
    )
    hot.drop(f"{STYLE}/a.txt")
    in_the_way = hot.folder.parent / entry.held
    in_the_way.unlink()
    in_the_way.mkdir()  # a folder where the file should go
    (in_the_way / "x").touch()
    tick = hot.look()
    assert len(keys(tick)) == 1
    assert (hot.folder / STYLE / "a.txt").exists()
    assert "b.txt" in held(hot.store)


def bad_video(clip: ClipFactory, folder: Path) -> Path:
    """Whole to look at, broken where it is decoded."""
    content = bytearray(clip("victim.mp4", frames=40).read_bytes())
    start = content.index(b"mdat") + 400
    content[start : start + 1500] = bytes(255 - byte for byte in content[start : start + 1500])
    path = folder / "broken.mp4"
    path.write_bytes(bytes(content))
    return path


@pytest.fixture
def refused(
    settings: Settings,
    instance: dg.DagsterInstance,
    store: MediaStore,
    clip: ClipFactory,
    tmp_path: Path,
) -> Quarantined:
    """The entry of a video that a run found to be damaged."""
    (key,) = submit(store, instance, bad_video(clip, tmp_path), [Look.parse(STYLE)])
    with pytest.raises(UnusableVideo):
        materialize(settings, instance, key)
    (entry,) = quarantine.entries(store)
    return entry


def test_a_run_that_finds_damage_puts_the_upload_aside(
    hot: HotFolder, refused: Quarantined
) -> None:
    assert refused.upload == f"incoming/{STYLE}/broken.mp4"
    assert not (hot.folder / STYLE / "broken.mp4").exists()
    (run,) = hot.instance.get_runs()
    assert refused.run_id == run.run_id
    (event,) = events(hot.instance)
    assert (event["reason"], event["held"]) == (refused.reason, refused.held)
    assert "could not decode the video" in refused.reason
    assert keys(hot.look()) == []
    logs = [entry.user_message for entry in hot.instance.all_logs(run.run_id)]
    assert any(f"style-pipeline release {refused.name}" in message for message in logs)


def test_every_step_of_the_run_gives_the_same_reason(
    settings: Settings, instance: dg.DagsterInstance, store: MediaStore, tmp_path: Path
) -> None:
    """The first that meets the file moves it; the next does not wonder where it is."""
    noise = tmp_path / "noise.mp4"
    noise.write_bytes(b"not a video" * 99)
    (key,) = submit(store, instance, noise, [Look.parse(STYLE)])
    job = definitions_for(settings).resolve_job_def(paint_video.name)
    result = job.execute_in_process(instance=instance, partition_key=key, raise_on_error=False)
    told = [event.step_failure_data.user_failure_data for event in result.get_step_failure_events()]
    reasons = [data.description for data in told if data is not None]
    assert len(reasons) == 2
    assert set(reasons) == set(held(store).values())
    assert len(events(instance)) == 1


def test_the_next_upload_of_its_name_is_painted(
    hot: HotFolder, refused: Quarantined, clip: ClipFactory
) -> None:
    hot.drop(f"{STYLE}/broken.mp4", clip("mended.mp4", frames=3).read_bytes())
    assert len(keys(hot.look())) == 1


def test_released_it_is_run_anew_though_nothing_changed(
    hot: HotFolder, refused: Quarantined
) -> None:
    back = quarantine.release(hot.store, refused)
    assert back.etag == refused.etag
    os.utime(hot.folder.parent / back.key, (0, 0))
    (request,) = hot.look().run_requests or ()
    assert str(request.run_key) == f"{back.key}|{back.etag}|1|again-1"
    assert keys(hot.look()) == []


def test_a_partition_whose_upload_was_put_aside_says_so(
    settings: Settings, instance: dg.DagsterInstance, refused: Quarantined
) -> None:
    (video,) = instance.get_dynamic_partitions("video")
    with pytest.raises(
        PartitionError, match=f"is in quarantine .*'style-pipeline release {refused.name}'"
    ):
        materialize(settings, instance, f"{STYLE}|{video}")


def test_a_fault_that_may_pass_leaves_the_upload(
    settings: Settings,
    instance: dg.DagsterInstance,
    store: MediaStore,
    clip: ClipFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (key,) = submit(store, instance, clip("sound one.mp4", frames=4), [Look.parse(STYLE)])
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Exception, match="ffprobe is missing"):
        materialize(settings, instance, key)
    assert held(store) == {}
    assert [found.key for found in store.list("incoming/")] == [f"incoming/{STYLE}/sound one.mp4"]


def test_the_same_content_runs_again_when_somebody_asks(
    hot: HotFolder,
    settings: Settings,
    instance: dg.DagsterInstance,
    store: MediaStore,
    clip: ClipFactory,
) -> None:
    video, look = clip("wanted.mp4", frames=3), [Look.parse(STYLE)]
    run_keys = []
    for wish in (False, False, True, True):
        submit(store, instance, video, look, once_more=wish)
        os.utime(hot.folder / STYLE / "wanted.mp4", (0, 0))
        run_keys += [
            str(request.run_key).rpartition("|")[2] for request in hot.look().run_requests or ()
        ]
    assert run_keys == ["1", "again-1", "again-2"]
