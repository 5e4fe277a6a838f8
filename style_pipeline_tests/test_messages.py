"""What a worker tells its launcher survives the journey."""

import json

import pytest

from style_pipeline.errors import ManifestError
from style_pipeline.job import Progress
from style_pipeline.manifest import RankReport, StyleReport
from style_pipeline.messages import failure_line, read_failure, unwrap, wrap

REPORT = StyleReport(
    "d", 9, 3, 2, 1, 2, 1.5, "cpu", (RankReport(0, "here", 9, 2, 1.0, {"read": 1}),)
)


@pytest.mark.parametrize("message", [Progress(3, 9, 1.5, None), Progress(3, 9, 1.5, 4.0), REPORT])
def test_a_message_comes_out_as_it_went_in(message: Progress | StyleReport) -> None:
    assert unwrap(json.loads(json.dumps(wrap(message)))) == message


@pytest.mark.parametrize("payload", [None, 3, "text", [], {}, {"kind": "weather", "body": {}}])
def test_other_peoples_messages_are_passed_over(payload: object) -> None:
    assert unwrap(payload) is None


@pytest.mark.parametrize("body", [None, {}, {"frames_done": 1}, "text"])
def test_a_damaged_message_is_an_error(body: object) -> None:
    with pytest.raises(ManifestError):
        unwrap({"kind": "style_pipeline.report", "body": body})
    with pytest.raises(ManifestError, match="no body"):
        unwrap({"kind": "style_pipeline.progress"})


def test_a_failure_line_is_one_line_wherever_it_stands() -> None:
    line = failure_line(3, ValueError("first\nsecond"))
    assert read_failure(f"[3] {line}") == "rank 3: ValueError: first second"
    assert read_failure("all is well") is None
