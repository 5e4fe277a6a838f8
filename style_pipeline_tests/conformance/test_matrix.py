"""A third of the matrix, on every run of the quick tests; all of it is ``make conformance``."""

from pathlib import Path

import pytest

from style_pipeline_tests.conformance.cases import Case, every
from style_pipeline_tests.conformance.examine import examine
from style_pipeline_tests.conformance.page import PAGE

QUICK = [case for case in every() if case.quick]


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case.id)
def test_what_goes_in_comes_out(case: Case, tmp_path: Path) -> None:
    findings = examine(case, tmp_path)
    assert [finding for finding in findings if not finding.good] == []
    assert findings


def test_the_matrix_is_as_large_as_promised() -> None:
    cases = every()
    assert len({case.id for case in cases}) == len(cases) >= 60
    assert len(QUICK) >= len(cases) / 3
    assert {case.line for case in cases} <= {
        *(case.line for case in QUICK),
        "outputs: mp4-av1",  # as webm-av1, in the container of mp4-h264
    }


def test_the_page_tells_of_every_clip() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [case.id for case in every() if f"| {case.name}" not in page] == []
    assert "BROKEN" not in page
