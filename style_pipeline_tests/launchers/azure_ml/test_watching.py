"""What the launcher makes of Azure ML's answers; the jobs paint in this process, at once."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import dagster as dg
import pytest

from style_pipeline import layout
from style_pipeline.azure_settings import AzureSettings
from style_pipeline.errors import ConfigurationError
from style_pipeline.job import StyleJob
from style_pipeline.launchers.azure_ml import AzureMlLauncher
from style_pipeline.manifest import StyleReport
from style_pipeline.worker.line import Line
from style_pipeline.worker.stopwatch import Stopwatch
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.run import Blow
from style_pipeline_tests.launchers.azure_ml.conftest import LauncherFactory
from style_pipeline_tests.launchers.launch import materialize
from style_pipeline_tests.launchers.results import failure, reported, said
from style_pipeline_tests.sources import Source
from style_pipeline_tests.worker.conftest import SourceFactory

LOOK, SUBMIT, CANCEL = "GET jobs/{name}", "PUT jobs/{name}", "POST jobs/{name}/cancel"

CLIENT = "12345678-1234-1234-1234-123456789abc"

Materialize = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """In memory: what is looked at here is the launcher."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture
def whole(source: SourceFactory, cloud: Cloud) -> Source:
    """A source whose jobs are done as soon as they run."""
    whole = source(frames=3, shard_frames=1)
    cloud.faults.instead = lambda: paint_all(whole, whole.job())
    return whole


@pytest.fixture
def run(launcher: LauncherFactory, whole: Source, instance: dg.DagsterInstance) -> Materialize:
    """``run(deadline=1, PATIENCE_SECONDS="2")``: one run of the job of ``whole``."""

    def run(**settings: object) -> dg.ExecuteInProcessResult:
        made = launcher(whole.store.url, **settings)
        return materialize(made, whole.job(), whole.manifest, instance)

    return run


def paint_all(whole: Source, job: StyleJob) -> None:
    """What the worker would leave in the store; the pictures stay as they are."""
    stopwatch = Stopwatch(lambda: 0.0)
    line = Line(
        whole.store, job, whole.manifest, lambda: lambda frame: frame, lambda: None, stopwatch
    )
    assert len(list(line.run(whole.manifest.shards))) == 3
    report = StyleReport(job.digest, 3, 3, 3, 0, 1, 1.0, "cpu", ())
    whole.store.upload(report.to_json(), layout.report_key(job.prefix))


def test_the_package_and_nothing_else_is_uploaded_once(
    cloud: Cloud, run: Materialize, whole: Source
) -> None:
    cloud.forget_code()
    assert run().success
    (code,) = (asset for path, asset in cloud.plane.state.assets.items() if "codes/" in path)
    folder = cloud.folder / "looked at"
    cloud.plane.state.artifacts.fetch_code(code["properties"]["codeUri"], folder)
    assert [path.name for path in folder.iterdir()] == ["style_pipeline"]
    suffixes = {path.suffix for path in folder.rglob("*") if path.is_file()}
    code_files, data = (
        {".py", ".cpp", ".h", ".typed"},
        {".json", ".yaml", ".safetensors", ".jpg", ".txt"},
    )
    assert suffixes <= code_files | data
    whole.store.delete(whole.job().styled_key(whole.manifest.shards[0]))
    assert run().success
    assert cloud.plane.calls.count("PUT codes/{name}/versions/{version}") == 1


def test_what_a_job_is_told(cloud: Cloud, run: Materialize, whole: Source) -> None:
    result = run(IDENTITY_CLIENT=CLIENT, GPUS_PER_NODE="2")
    (body,) = (body for call, body in cloud.plane.bodies if call == SUBMIT)
    told = body["properties"]
    assert told["tags"]["dagster_run_id"] == result.run_id
    assert told["tags"]["job_digest"] == whole.job().digest
    assert told["identity"] == {"identityType": "Managed", "clientId": CLIENT}
    assert told["distribution"]["processCountPerInstance"] == 2
    assert told["resources"]["instanceCount"] == 2
    assert told["environmentId"].endswith("environments/style-worker/versions/1")
    assert told["limits"]["timeout"] in ("PT5M", "PT4M59S")
    assert told["command"].startswith("python -m mpi4py -m style_pipeline.worker --store file:///")


def test_a_finished_job_is_not_done_again(
    cloud: Cloud, run: Materialize, whole: Source, instance: dg.DagsterInstance
) -> None:
    first, second = run(), run()
    assert reported(second).shards_styled == reported(first).shards_styled == 3
    assert cloud.plane.calls.count(SUBMIT) == 1
    assert "exists already" in said(instance, second.run_id)


def test_a_finished_job_whose_result_was_damaged_is_done_again(
    cloud: Cloud, run: Materialize, whole: Source
) -> None:
    assert run().success
    key = whole.job().styled_key(whole.manifest.shards[1])
    content = whole.store.read_bytes(key)
    whole.store.upload(bytes(reversed(content)), key)
    assert run().success
    assert whole.store.read_bytes(key) == content
    names = [name.rsplit("-", 1)[-1] for name in cloud.runs]
    assert names == ["1", "2"]


def test_completed_without_a_report_fails(
    cloud: Cloud, run: Materialize, instance: dg.DagsterInstance
) -> None:
    cloud.faults.instead = lambda: None
    result = run()
    assert failure(result)[0] == "StyleJobError"
    assert "ended without a report" in failure(result)[1]


def test_completed_with_a_report_but_without_its_shards_fails(
    cloud: Cloud, run: Materialize, whole: Source
) -> None:
    report = StyleReport(whole.job().digest, 3, 3, 3, 0, 1, 1.0, "cpu", ())
    key = layout.report_key(whole.job().prefix)
    cloud.faults.instead = lambda: whole.store.upload(report.to_json(), key)
    assert "3 of 3 styled shards are missing" in failure(run())[1]


@pytest.mark.parametrize("status", [429, 503, None], ids=str)
def test_passing_faults_are_survived(
    cloud: Cloud, run: Materialize, instance: dg.DagsterInstance, status: int | None
) -> None:
    cloud.faults.fail(SUBMIT, status, times=3)
    cloud.faults.fail(LOOK, status, times=5)
    result = run()
    assert result.success
    assert len(cloud.runs) == 1
    assert "asking again in" in said(instance, result.run_id)
    assert CANCEL not in cloud.plane.calls


def test_a_submission_whose_answer_was_lost_is_not_made_twice(
    cloud: Cloud, run: Materialize
) -> None:
    cloud.faults.lost.add(SUBMIT)
    assert run().success
    assert (len(cloud.runs), cloud.plane.calls.count(SUBMIT)) == (1, 2)


def test_an_outage_is_not_waited_for_without_end(cloud: Cloud, run: Materialize) -> None:
    cloud.faults.instead = None
    cloud.faults.queue_seconds = 60
    cloud.faults.fail("GET codes/{name}/versions", 503, times=100)
    result = run(PATIENCE_SECONDS="1")
    assert failure(result)[0] == "ClusterUnavailable"
    assert "503" in failure(result)[1]


@pytest.mark.parametrize("status", ["NotResponding", "NeverHeardOf"])
def test_trouble_that_passes_is_waited_for(cloud: Cloud, run: Materialize, status: str) -> None:
    cloud.faults.instead = slow(cloud.faults.instead)
    cloud.faults.statuses.extend(["Queued", status, status, "Running"])
    assert run().success


@pytest.mark.parametrize("status", ["Paused", "Unknown"])
def test_trouble_that_stays_ends_the_job(cloud: Cloud, run: Materialize, status: str) -> None:
    cloud.faults.queue_seconds = 60
    cloud.faults.statuses.extend([status] * 1000)
    result = run(PATIENCE_SECONDS="1")
    assert failure(result)[0] == "StyleJobError"
    assert f"was {status} for" in failure(result)[1]
    assert CANCEL in cloud.plane.calls


def test_past_its_deadline_a_job_is_cancelled(cloud: Cloud, run: Materialize) -> None:
    cloud.faults.queue_seconds = 60
    result = run(deadline=1)
    kind, message = failure(result)
    assert kind == "StyleJobTimeout"
    assert "deadline of 1 s, being Queued" in message
    (job,) = cloud.runs.values()
    assert "CancelRequested" in job.history


def test_cancelling_survives_faults_too(cloud: Cloud, run: Materialize) -> None:
    cloud.faults.queue_seconds = 60
    cloud.faults.fail(CANCEL, 503, times=3)
    assert failure(run(deadline=1))[0] == "StyleJobTimeout"
    (job,) = cloud.runs.values()
    assert "CancelRequested" in job.history


def test_a_job_cancelled_in_azure_fails_the_run(
    cloud: Cloud, run: Materialize, instance: dg.DagsterInstance
) -> None:
    cloud.faults.instead = lambda: struck(cloud, Blow.CANCEL)
    result = run()
    assert failure(result)[0] == "StyleJobError"
    assert "was cancelled, by hand or by its time limit" in failure(result)[1]
    assert len(instance.fetch_materializations(dg.AssetKey("styled"), limit=1).records) == 0
    cloud.faults.instead = None
    cloud.faults.queue_seconds = 60
    assert failure(run(deadline=1))[0] == "StyleJobTimeout"
    assert len(cloud.runs) == 2, "after a bad end, the next attempt has the next name"


def test_preemptions_are_not_followed_without_end(cloud: Cloud, run: Materialize) -> None:
    cloud.faults.instead = lambda: struck(cloud, Blow.PREEMPT)
    result = run(PREEMPTIONS="2")
    assert failure(result)[0] == "StyleJobError"
    assert "PreemptionError: a node was preempted" in failure(result)[1]
    assert len(cloud.runs) == 3


def test_what_azure_refuses_is_said_in_one_line(cloud: Cloud, run: Materialize) -> None:
    kind, message = failure(run(COMPUTE="a-dream"))
    assert kind == "ClusterError"
    assert "there is no compute a-dream" in message
    assert len(message.strip().splitlines()) == 1


def test_without_a_sign_in_the_remedy_is_named(
    cloud: Cloud, run: Materialize, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    kind, message = failure(run())
    assert kind == "ConfigurationError"
    assert "az login" in message


def slow(work: Callable[[], object] | None) -> Callable[[], object]:
    def later() -> None:
        time.sleep(1.5)
        assert work is not None
        work()

    return later


def struck(cloud: Cloud, blow: Blow) -> None:
    """Let the last job be hit while it works."""
    list(cloud.runs.values())[-1].strike(blow)


def test_a_launcher_without_time_makes_no_sense(launcher: LauncherFactory) -> None:
    with pytest.raises(ValueError, match="leaves no time to work"):
        replace(launcher("file:///srv"), deadline=0)


def test_jobs_do_not_report_through_the_account_of_the_media(cloud: Cloud) -> None:
    def launcher(operations: str) -> AzureMlLauncher:
        environ = cloud.settings(
            OPERATIONS=f"https://{operations}.blob.core.windows.net/operations"
        )
        media = "https://studio.blob.core.windows.net/media"
        return AzureMlLauncher(media, AzureSettings.from_environment(environ), 300)

    with pytest.raises(ConfigurationError, match="set STYLE_PIPELINE_AZURE_OPERATIONS to"):
        launcher("studio")
    launcher("office")
