"""What the SDK asks of Azure ML, call by call, and that no secret of it is written down anywhere.

Where a list of calls fails after an update of the SDK, look what has changed before you adapt it.
"""

import logging
import re
from itertools import groupby

import dagster as dg
import pytest

from style_pipeline.azure_settings import AzureSettings
from style_pipeline.errors import ClusterUnavailable
from style_pipeline.launchers.azure_ml.workspace import Workspace
from style_pipeline.stores.azure_secrets import TALKATIVE
from style_pipeline_tests.azure_ml.blobs import KEY
from style_pipeline_tests.azure_ml.cloud import Cloud
from style_pipeline_tests.azure_ml.run import Blow
from style_pipeline_tests.launchers.azure_ml.test_watching import (
    CANCEL,
    LOOK,
    SUBMIT,
    Materialize,
    instance,
    run,
    struck,
    whole,
)
from style_pipeline_tests.launchers.results import failure, told_of_failure

__all__ = ["instance", "run", "whole"]

UPLOAD = [
    "GET codes/{name}/versions",
    "POST codes/{name}/versions/{version}/startPendingUpload",
    "PUT codes/{name}/versions/{version}",
]
UPLOADED = ["GET codes/{name}/versions", "GET codes/{name}/versions/{version}"]
LOGS = [
    "GET workspace",
    "GET /discovery",
    "POST history/rundata",
    LOOK,
    "GET datastores",
    "GET datastores/{name}",
    "POST datastores/{name}/listSecrets",
]
WHY = [
    LOOK,
    "GET datastores/{name}",
    "POST datastores/{name}/listSecrets",
    "GET history/runs/{name}/details",
]
SECRET = re.compile(r"sig=(?!REDACTED|\*\*\*)|Bearer (?!\*\*\*)", re.IGNORECASE)


def asked(cloud: Cloud) -> list[str]:
    """Every call but where the cloud is; looks one after the other count as one."""
    calls = [call for call in cloud.plane.calls if call != "GET /metadata/endpoints"]
    return [call for call, _ in groupby(calls)]


def test_for_a_job_the_sdk_makes_these_calls_and_no_others(cloud: Cloud, run: Materialize) -> None:
    cloud.forget_code()
    assert run().success
    assert asked(cloud) == [LOOK, *UPLOAD, SUBMIT, LOOK]


def test_for_a_job_that_fails_these_besides(cloud: Cloud, run: Materialize) -> None:
    cloud.forget_code()
    cloud.faults.instead = lambda: struck(cloud, Blow.PREEMPT)
    assert "PreemptionError" in failure(run(PREEMPTIONS="0"))[1]
    assert asked(cloud) == [LOOK, *UPLOAD, SUBMIT, LOOK, *LOGS, *WHY]


def test_for_a_job_that_is_cancelled_this_one(cloud: Cloud, run: Materialize) -> None:
    assert run().success
    cloud.runs.clear()
    cloud.plane.calls.clear()
    cloud.faults.queue_seconds = 60
    assert failure(run(deadline=1, PATIENCE_SECONDS="30"))[0] == "StyleJobTimeout"
    assert asked(cloud) == [LOOK, *UPLOADED, SUBMIT, LOOK, CANCEL]


def test_the_sdks_own_retries_are_cut_short(cloud: Cloud) -> None:
    """Left to itself it would ask for minutes, past a deadline and past a cancellation."""
    settings = AzureSettings.from_environment(cloud.settings(OPERATIONS="file:///operations"))
    cloud.faults.fail(LOOK, 503, times=9)
    with pytest.raises(ClusterUnavailable):
        Workspace(settings).look("job")
    assert cloud.plane.calls.count(LOOK) == 2


def test_no_signature_key_or_token_is_written_down(
    cloud: Cloud,
    run: Materialize,
    instance: dg.DagsterInstance,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Code goes up and logs come down by signed addresses; media need not lie in Azure for that."""
    for name in TALKATIVE:
        monkeypatch.setattr(logging.getLogger(name), "filters", [])
    caplog.set_level(logging.DEBUG)
    cloud.forget_code()
    cloud.faults.instead = lambda: struck(cloud, Blow.PREEMPT)
    result = run(PREEMPTIONS="0")
    events = "".join(str(entry) for entry in instance.all_logs(result.run_id))
    told = str(told_of_failure(result))
    written = "".join([events, told, caplog.text, *capfd.readouterr()])
    assert "sig=" in written, "the loggers that write addresses have been at work"
    assert SECRET.findall(written) == []
    assert KEY not in written
