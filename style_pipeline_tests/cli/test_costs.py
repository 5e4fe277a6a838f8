"""``style-pipeline costs`` tells what each video took, and draws it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from style_pipeline.cli.costs import picture
from style_pipeline.cli.plot import top
from style_pipeline.defs.bills import Bill
from style_pipeline.defs.facts import style_facts
from style_pipeline.defs.instance import embedded_instance
from style_pipeline.manifest import StyleReport
from style_pipeline.settings import Settings
from style_pipeline_tests.cli.conftest import Run
from style_pipeline_tests.test_job import JOB
from style_pipeline_tests.test_manifest import MANIFEST

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def painted(environ: Mapping[str, str], what: str, **report: float) -> None:
    """Write down that ``what`` was painted, with the metadata of a real asset."""
    facts = style_facts(JOB, MANIFEST, StyleReport("d", 3, 2, 2, 0, 1, 1.5, "cpu", (), **report))
    made = dg.AssetMaterialization("styled_frames", metadata=facts, partition=what)
    with embedded_instance(Settings.from_environment(environ)) as instance:
        instance.report_runless_asset_event(made)


def dots(drawing: str) -> dict[str, tuple[float, float]]:
    """Where each point lies, by what is shown where it is pointed at."""
    circles = re.findall(r'<circle cx="(\S+)" cy="(\S+)"[^>]*><title>([^<]*)</title>', drawing)
    return {name: (float(x), float(y)) for x, y, name in circles}


def test_nothing_painted_is_said(cli: Run) -> None:
    assert cli("costs").stdout == "nothing was painted in the last 30 days\n"


def test_each_video_is_a_line_and_a_dot(cli: Run, environ: dict[str, str], tmp_path: Path) -> None:
    painted(environ, "tahiti|first", node_hours=0.5, cost=0.02)
    painted(environ, "tahiti|second", node_hours=1.0, cost=0.04)
    plot = tmp_path / "costs.svg"
    result = cli("costs", "--plot", str(plot))
    first, second = (line.split("\t") for line in result.stdout.splitlines())
    assert first[1:] == [
        "tahiti|first",
        "0.3 s of video",
        "1.5 s of painting",
        "0.500 node-hours",
        "cost 0.02",
        "3.785 per minute",
    ]
    assert (second[1], second[-2:]) == ("tahiti|second", ["cost 0.04", "7.571 per minute"])
    assert [name.split(":")[0] for name in dots(plot.read_text())] == [
        "tahiti first",
        "tahiti second",
    ]
    assert cli("costs", "--days", "0.00000001").stdout.startswith("nothing was painted in")


def test_without_prices_time_is_drawn(cli: Run, environ: dict[str, str], tmp_path: Path) -> None:
    painted(environ, "tahiti|first")
    plot = tmp_path / "costs.svg"
    (line,) = cli("costs", "--plot", str(plot)).stdout.splitlines()
    assert line.split("\t")[4:] == ["", "", ""]
    assert "seconds of painting per minute of video" in plot.read_text()
    assert len(dots(plot.read_text())) == 1


def test_a_plot_that_cannot_be_written_is_refused(cli: Run, tmp_path: Path) -> None:
    result = cli("costs", "--plot", str(tmp_path / "costs.png"))
    assert (result.returncode, "does not end in .svg" in result.stderr) == (2, True)
    result = cli("costs", "--plot", str(tmp_path / "nowhere" / "costs.svg"))
    assert (result.returncode, "there is no folder" in result.stderr) == (2, True)


def test_height_is_the_cost_and_place_the_time() -> None:
    made = [
        Bill(BEGIN, "a|cheap", video=60, cost=0.1),
        Bill(BEGIN + timedelta(days=1), "a|unknown", video=60),
        Bill(BEGIN + timedelta(days=2), "b|<dear>", video=120, cost=0.8),
        Bill(BEGIN + timedelta(days=4), "a|free", video=60, cost=0.0),
    ]
    cheap, dear, free = dots(picture(made)).values()
    assert dear[0] - cheap[0] == pytest.approx(free[0] - dear[0], abs=0.2)
    assert free[1] - dear[1] == pytest.approx(4 * (free[1] - cheap[1]), abs=0.5)
    assert dear[1] < cheap[1] < free[1]


@pytest.mark.parametrize(
    ("most", "above"), [(0.0, 1), (0.07, 0.1), (0.1, 0.1), (1.2, 2), (4, 5), (5.1, 10), (730, 1000)]
)
def test_the_axis_ends_at_a_round_number(most: float, above: float) -> None:
    assert top(most) == pytest.approx(above)
