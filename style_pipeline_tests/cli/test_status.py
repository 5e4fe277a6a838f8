"""``style-pipeline status`` for a person and for a program."""

import dagster as dg

from style_pipeline.defs.instance import embedded_instance
from style_pipeline.settings import Settings
from style_pipeline_tests.cli.conftest import Run


def test_nothing_to_say_is_said(cli: Run) -> None:
    result = cli("status")
    assert result.returncode == 0
    assert result.stdout == "nothing is in the works, and nothing failed of late\n"


def test_what_failed_is_a_line_with_its_reason(cli: Run, environ: dict[str, str]) -> None:
    @dg.asset
    def styled_frames() -> None:
        raise dg.Failure("the file holds no video; upload one that does")

    with embedded_instance(Settings.from_environment(environ)) as instance:
        tags = {"dagster/partition": "tahiti|holiday"}
        dg.materialize([styled_frames], instance=instance, tags=tags, raise_on_error=False)
    what, state, since, reason = cli("status").stdout.rstrip("\n").split("\t")
    assert (what, state) == ("tahiti|holiday", "failed")
    assert since.startswith("for 0:")
    assert reason == "the file holds no video; upload one that does"
