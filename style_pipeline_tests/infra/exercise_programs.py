"""Checkov and Kusto find nothing in infra/, and are not believed where they could not read it.

Run by 'make infra-check' alone: Checkov brings an environment of 500 MB.
"""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from infra.checks.__main__ import main
from infra.checks.configuration import load
from infra.checks.programs import CHECKOV, checkov_faults, query_faults
from style_pipeline_tests.infra.copies import INFRA, changed

SKIP = "#checkov:skip=CKV_AZURE_50:The one extension lets operators sign in as themselves"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("storage.tf", '"TLS1_2"', '"TLS1_0"', "azurerm_storage_account.media: CKV_AZURE_44"),
        ("host.tf", SKIP, "", "azurerm_linux_virtual_machine.host: CKV_AZURE_50"),
        (
            "host.tf",
            SKIP,
            "#checkov:skip=CKV_AZURE_50:no",
            "CKV_AZURE_50 is suppressed without an explanation",
        ),
    ],
)
def test_a_planted_fault_is_found(
    tmp_path: Path, file: str, old: str, new: str, expected: str
) -> None:
    found = list(checkov_faults(load(changed(tmp_path, file, old, new))))
    assert [fault for fault in found if expected in fault], found


def test_a_file_that_checkov_cannot_parse_is_a_fault(tmp_path: Path) -> None:
    """It reports no failed check then, and ends with 0."""
    copy = changed(tmp_path, "main.tf", "tags     = local.tags", "tags     = local.tags }")
    broken = replace(load(INFRA), folder=copy)
    assert [fault for fault in checkov_faults(broken) if "could not parse" in fault]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("| summarize number = count()", "| summarise number = count()", "operator expected"),
        (
            "| summarize number = count()",
            "| summarize number = sum(Value)",
            "name 'Value' does not",
        ),
        ("AppMetrics", "AppMetric", "name 'AppMetric' does not refer to any known table"),
    ],
)
def test_a_query_that_azure_would_refuse_is_found(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    found = list(query_faults(load(changed(tmp_path, "watching.tf", old, new))))
    assert [fault for fault in found if expected in fault and "'silent'" in fault], found


def test_the_whole_check_passes_and_fails_as_a_program(tmp_path: Path) -> None:
    assert CHECKOV.exists()
    assert main(INFRA) == (0 if shutil.which("terraform") or shutil.which("tofu") else 1)
    copy = changed(
        tmp_path, "machine_learning.tf", "min_node_count                       = 0", "x = 1"
    )
    assert main(copy) == 1
