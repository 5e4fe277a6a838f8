"""The whole chain in process: real ffmpeg, real ranks, a real Dagster instance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from style_pipeline import layout
from style_pipeline.defs import partitions
from style_pipeline.defs.assembly import definitions_for
from style_pipeline.defs.ceiling import Ceiling
from style_pipeline.defs.instance import embedded_instance
from style_pipeline.defs.jobs import UPLOAD_TAG, paint_video
from style_pipeline.defs.resources import embedded_resources
from style_pipeline.defs.submission import Watcher, materialize, submit
from style_pipeline.errors import FidelityError, PartitionError, UnknownStyle, UnusableVideo
from style_pipeline.job import StyleJob
from style_pipeline.look import Look
from style_pipeline.manifest import AudioManifest, FrameManifest, StyleReport
from style_pipeline.settings import Settings
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline_tests.clips import Tone, packets_md5
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.defs.conftest import OTHER_STYLE, STYLE

NAME = "clip; touch PWNED .mp4"
FRAMES = 12


@dataclass(frozen=True)
class Installation:
    """One home with its store and instance, and the videos that were handed in."""

    settings: Settings
    instance: dg.DagsterInstance
    store: MediaStore

    def submit(self, video: Path, *styles: str) -> tuple[str, ...]:
        return submit(self.store, self.instance, video, [Look.parse(style) for style in styles])

    def run(self, key: str, watcher: Watcher | None = None) -> "Run":
        return Run(materialize(self.settings, self.instance, key, watcher=watcher))

    def attempt(self, key: str, **others: Any) -> dg.ExecuteInProcessResult:
        """A run with other resources than the installation's, however it ends."""
        return dg.materialize(
            list(definitions_for(self.settings).assets or ()),
            instance=self.instance,
            partition_key=key,
            resources=embedded_resources(self.settings) | others,
            raise_on_error=False,
        )

    def keys(self, prefix: str) -> list[str]:
        return [found.key for found in self.store.list(prefix)]

    def path(self, key: str) -> Path:
        assert self.settings.store_folder is not None
        return self.settings.store_folder / key


@dataclass(frozen=True)
class Run:
    """What a run left in Dagster's records."""

    result: dg.ExecuteInProcessResult

    def metadata(self, asset: str) -> dict[str, Any]:
        (found,) = self.result.asset_materializations_for_node(asset)
        return {name: value.value for name, value in found.metadata.items()}

    def table(self, asset: str, name: str) -> list[Mapping[str, Any]]:
        (found,) = self.result.asset_materializations_for_node(asset)
        table = found.metadata[name]
        assert isinstance(table, dg.TableMetadataValue)
        return [record.data for record in table.records]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    wishes = {"STYLE_PIPELINE_RANKS": "1", "STYLE_PIPELINE_SHARD_FRAMES": "5"}
    settings = Settings.from_environment(wishes, tmp_path_factory.mktemp("installation"))
    with embedded_instance(settings) as instance:
        yield Installation(settings, instance, open_store(settings.store_url))


@pytest.fixture(scope="module")
def video(clip: ClipFactory) -> Path:
    return clip(NAME, frames=FRAMES, audio=[Tone()])


@pytest.fixture(scope="module")
def keys(installation: Installation, video: Path) -> tuple[str, ...]:
    return installation.submit(video, STYLE, OTHER_STYLE)


@pytest.fixture(scope="module")
def first(installation: Installation, keys: tuple[str, ...]) -> Run:
    """The first style of the video."""
    return installation.run(keys[0])


@pytest.fixture(scope="module")
def second(installation: Installation, keys: tuple[str, ...], first: Run) -> Run:
    """The second style of the same video."""
    return installation.run(keys[1])


def finished_steps(result: dg.ExecuteInProcessResult) -> list[str]:
    """The assets in the order in which they were done."""
    return [str(event.step_key) for event in result.all_events if event.is_step_success]


def test_a_video_goes_through_all_four_assets(
    installation: Installation, first: Run, video: Path
) -> None:
    assert first.result.success
    assert finished_steps(first.result)[-2:] == ["styled_frames", "final_video"]
    painted = installation.path(f"outputs/{STYLE}/{NAME}")
    assert first.metadata("final_video")["path"] == str(painted)
    assert packets_md5(painted) == packets_md5(video)
    assert not list(installation.settings.scratch.glob("*/"))
    assert not (installation.settings.home.parent / "PWNED").exists()


def test_the_run_is_tagged_with_its_upload(first: Run, keys: tuple[str, ...]) -> None:
    tags = first.result.dagster_run.tags
    assert tags["dagster/partition/style"] == STYLE
    assert tags[UPLOAD_TAG].startswith(f"incoming/{STYLE}/{NAME}|")


def test_every_asset_says_what_a_person_wants_to_know(first: Run) -> None:
    frames = first.metadata("frames")
    assert (frames["frames"], frames["shards"], frames["reused"]) == (FRAMES, 3, False)
    assert frames["bytes"] > 0
    assert frames["seconds_decode"] > 0
    assert frames["contact_sheet"].startswith("![frames")
    styled = first.metadata("styled_frames")
    assert (styled["shards_styled"], styled["shards_reused"]) == (3, 0)
    assert styled["frames_per_second"] > 0
    assert styled["seconds_paint"] > 0
    assert [row["frames"] for row in first.table("styled_frames", "per_rank")] == [FRAMES]
    assert len(styled["before_and_after"]) < 140_000
    final = first.metadata("final_video")
    assert (final["frames"], final["duration_seconds"], final["audio_streams"]) == (FRAMES, 0.5, 1)
    assert final["frame_rate"].startswith("24 ")
    assert {row["verdict"] for row in first.table("final_video", "verified")} == {"kept"}
    became = {row["part"]: row["fate"] for row in first.table("final_video", "what_became_of_it")}
    assert became["audio 1 (aac, eng)"] == "kept"
    assert final["left_out"] == 0
    assert final["flicker_pairs"] + final["flicker_cuts_skipped"] == 4 + 4 + 1
    assert 0 <= final["flicker_levels"] < 255
    assert "seconds_flicker" in final  # what was left to wait for
    assert [row["codec"] for row in first.table("audio_track", "audio_streams")] == ["aac"]


def test_a_bit_rate_is_shown_and_where_it_cannot_be_kept_that_is_said(
    installation: Installation, video: Path
) -> None:
    """Pictures of 64x48 have no use for so many bits."""
    (key,) = installation.submit(video, "tahiti")
    settings = replace(installation.settings, bit_rate=50_000_000)
    run = replace(installation, settings=settings).run(key)
    (row,) = (r for r in run.table("final_video", "verified") if r["property"] == "bit rate")
    assert row["expected"].startswith("50,000,000 bit/s")
    assert row["verdict"] == "listed"
    assert row["measured"].endswith("3 of 3 cannot be encoded any nearer")
    assert run.metadata("styled_frames")["shards_styled"] == 3
    assert "3 shards take less than the bit rate" in run.metadata("styled_frames")["notes"]


def test_the_checks_carry_the_partition(
    installation: Installation, first: Run, keys: tuple[str, ...]
) -> None:
    checks = {check.check_name: check for check in first.result.get_asset_check_evaluations()}
    assert set(checks) == {"frames_are_whole", "styled_frames_are_whole"}
    for check in checks.values():
        assert check.passed
        assert check.blocking
        assert check.partition == keys[0]


def test_a_second_style_finds_frames_and_audio(second: Run) -> None:
    for asset in ("frames", "audio_track"):
        metadata = second.metadata(asset)
        assert metadata["reused"] is True
        assert not {"seconds_decode", "seconds_copy", "seconds_store"} & metadata.keys()
    assert second.metadata("styled_frames")["shards_reused"] == 0


def test_doing_it_again_paints_nothing_and_gives_the_same_bytes(
    installation: Installation, first: Run, keys: tuple[str, ...]
) -> None:
    painted = installation.path(f"outputs/{STYLE}/{NAME}")
    before = painted.read_bytes()
    diary = Diary()
    again = installation.run(keys[0], diary)
    assert [step for event, step in diary.entries if event == "finished"] == finished_steps(
        again.result
    )
    assert again.metadata("styled_frames")["shards_reused"] == 3
    assert painted.read_bytes() == before


def test_what_was_lost_or_damaged_is_done_again(
    installation: Installation, first: Run, keys: tuple[str, ...]
) -> None:
    manifest, job = manifest_and_job(installation, first)
    painted = installation.path(f"outputs/{STYLE}/{NAME}")
    before = painted.read_bytes()
    installation.store.delete(manifest.shards[1].key)
    styled = installation.path(job.styled_key(manifest.shards[2]))
    styled.write_bytes(styled.read_bytes()[:-1] + b"?")
    again = installation.run(keys[0])
    assert again.metadata("frames")["reused"] is False
    assert again.metadata("styled_frames")["shards_reused"] == 2
    assert painted.read_bytes() == before


def manifest_and_job(installation: Installation, run: Run) -> tuple[FrameManifest, StyleJob]:
    prefix = run.metadata("styled_frames")["job"]
    job = StyleJob.from_json(installation.store.read_bytes(layout.job_key(prefix)))
    content = installation.store.read_bytes(job.manifest_key)
    return FrameManifest.from_json(content), job


def test_an_unfaithful_result_is_not_published(
    installation: Installation, second: Run, keys: tuple[str, ...]
) -> None:
    painted = installation.path(f"outputs/{OTHER_STYLE}/{NAME}")
    before = painted.read_bytes()
    folder = second.metadata("audio_track")["object"].rpartition("/")[0]
    place = layout.manifest_key(f"{folder}/")
    truth = installation.store.read_bytes(place)
    audio = AudioManifest.from_json(truth)
    lie = replace(audio, tracks=(replace(audio.tracks[0], packets_md5="0" * 32),))
    installation.store.upload(lie.to_json(), place)
    with pytest.raises(FidelityError, match="was not published") as refusal:
        installation.run(keys[1])
    installation.store.upload(truth, place)
    assert "\n" not in str(refusal.value)
    assert painted.read_bytes() == before


class Diary:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str]] = []

    def started(self, step: str) -> None:
        self.entries.append(("started", step))

    def finished(self, step: str, seconds: float) -> None:
        assert seconds > 0
        self.entries.append(("finished", step))

    def failed(self, step: str) -> None:
        self.entries.append(("failed", step))


def test_a_file_that_is_no_video_fails_with_one_line(
    installation: Installation, tmp_path: Path
) -> None:
    diary = Diary()
    (tmp_path / "noise.mp4").write_bytes(b"not a video" * 1000)
    (key,) = installation.submit(tmp_path / "noise.mp4", STYLE)
    with pytest.raises(UnusableVideo) as refusal:
        installation.run(key, diary)
    assert diary.entries == [("started", "audio_track"), ("failed", "audio_track")]
    assert "\n" not in str(refusal.value)
    assert installation.keys(f"outputs/{STYLE}/noise") == []
    (record,) = installation.instance.get_run_records(limit=1)
    assert record.dagster_run.status is dg.DagsterRunStatus.FAILURE
    assert not list(installation.settings.scratch.glob("*/"))


def test_what_is_not_there_is_refused_before_a_run(
    installation: Installation, tmp_path: Path
) -> None:
    runs = installation.instance.get_runs_count()
    with pytest.raises(UnknownStyle):
        installation.submit(tmp_path / "any.mp4", "cubist")
    with pytest.raises(UnusableVideo, match="does not exist"):
        installation.submit(tmp_path / "any.mp4", STYLE)
    with pytest.raises(PartitionError, match="submit it again"):
        installation.run(f"{STYLE}|never-00000000")
    assert installation.instance.get_runs_count() == runs


def test_an_upload_that_is_not_on_the_grid_names_the_remedy(
    installation: Installation, video: Path
) -> None:
    installation.store.upload(video, f"incoming/{STYLE}/dropped.mp4")
    key = partitions.key_of(layout.Upload(STYLE, "dropped.mp4"))
    with pytest.raises(PartitionError, match="style-pipeline submit"):
        installation.run(key)


class BoastfulLauncher:
    """Says that all is done, and has done nothing."""

    def run(self, context: object, job: StyleJob, manifest: FrameManifest) -> StyleReport:
        return StyleReport(job.digest, manifest.frame_count, 3, 3, 0, 1, 1.0, "cpu", ())


def test_nothing_is_stitched_before_every_shard_is_proven(
    installation: Installation, clip: ClipFactory
) -> None:
    (key,) = installation.submit(clip("boast.mp4", frames=6), STYLE)
    result = installation.attempt(key, launcher=BoastfulLauncher())
    verdicts = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
    assert verdicts == {"frames_are_whole": True, "styled_frames_are_whole": False}
    assert "final_video" not in {
        event.step_key for event in result.all_events if event.is_step_start
    }
    assert installation.keys(f"outputs/{STYLE}/boast") == []


def test_the_job_is_the_only_one_and_in_process(installation: Installation) -> None:
    definitions = definitions_for(installation.settings)
    job = definitions.resolve_job_def(paint_video.name)
    assert job.executor_def.name == "in_process"
    assert {key.to_user_string() for key in job.asset_layer.selected_asset_keys} == {
        "audio_track",
        "frames",
        "styled_frames",
        "final_video",
    }


def test_beyond_the_ceiling_the_frames_are_taken_but_not_painted(
    installation: Installation, clip: ClipFactory
) -> None:
    (key,) = installation.submit(clip("dear.mp4", frames=6), STYLE)
    result = installation.attempt(key, ceiling=Ceiling(0.0))
    failed = result.failure_data_for_node("styled_frames")
    assert failed is not None
    assert "raise STYLE_PIPELINE_DAILY_COST" in str(failed.error)
    assert result.asset_materializations_for_node("frames")


def test_pictures_too_small_for_the_output_are_taken_but_not_painted(
    installation: Installation, clip: ClipFactory
) -> None:
    (key,) = installation.submit(clip("tiny.mp4", frames=6, size=(40, 12)), STYLE)
    settings = replace(installation.settings, output="mp4-hevc")
    with pytest.raises(UnusableVideo, match="only from 16x16 on"):
        replace(installation, settings=settings).run(key)
