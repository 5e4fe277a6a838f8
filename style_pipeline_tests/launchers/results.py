"""What a Dagster run of one style job or lesson came to."""

import dagster as dg
from dagster._core.execution.plan.objects import StepFailureData

from style_pipeline.lesson import LessonReport
from style_pipeline.manifest import StyleReport


def said(instance: dg.DagsterInstance, run_id: str) -> str:
    return "\n".join(entry.message for entry in instance.all_logs(run_id))


def reported(result: dg.ExecuteInProcessResult) -> StyleReport:
    return StyleReport.from_json(_report(result))


def learnt(result: dg.ExecuteInProcessResult) -> LessonReport:
    return LessonReport.from_json(_report(result))


def _report(result: dg.ExecuteInProcessResult) -> bytes:
    (event,) = result.get_asset_materialization_events()
    metadata = event.step_materialization_data.materialization.metadata
    return str(metadata["report"].value).encode()


def failure(result: dg.ExecuteInProcessResult) -> tuple[str | None, str]:
    """The class and the message of what failed the run."""
    data = _failed(result)
    assert data.error is not None
    assert data.error.cause is not None
    return data.error.cause.cls_name, data.error.cause.message


def told_of_failure(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """The metadata of what failed the run."""
    data = _failed(result).user_failure_data
    assert data is not None
    return {name: str(value.value) for name, value in data.metadata.items()}


def _failed(result: dg.ExecuteInProcessResult) -> StepFailureData:
    assert not result.success
    data = result.failure_data_for_node("styled")
    assert data is not None
    return data
