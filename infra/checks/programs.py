"""The checks that are other people's programs: terraform's format, Checkov, gitleaks, Kusto."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.checks.configuration import Configuration

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".cache/checkov/bin/checkov"
KUSTO = ROOT / ".cache/kusto/node_modules/@kusto/language-service-next"
GITLEAKS = Path(sys.executable).with_name("gitleaks")


def format_faults(folder: Path) -> Iterator[str]:
    """Files that ``terraform fmt`` would write differently."""
    program = shutil.which("terraform") or shutil.which("tofu")
    if program is None:
        yield "terraform fmt: neither terraform nor tofu is installed here; install one"
        return
    done = _run(program, "fmt", "-check", "-recursive", ".", cwd=folder)
    if done.returncode not in (0, 3):
        yield f"terraform fmt: {done.stderr.strip()}"
    yield from (f"{name}: not as 'terraform fmt' writes it" for name in done.stdout.split())


def checkov_faults(found: Configuration) -> Iterator[str]:
    """Findings that no comment explains. Checkov says nothing of what it could not read, so its own
    count of parse errors and of resources is looked at too.
    """
    if not CHECKOV.exists():
        yield f"checkov: missing in {CHECKOV.parent}; run: make infra-check"
        return
    options = ["--framework", "terraform", "--output", "json", "--compact", "--skip-download"]
    done = _run(str(CHECKOV), "--directory", str(found.folder), *options)
    try:
        report = json.loads(done.stdout)
        summary = report["summary"]
    except (json.JSONDecodeError, KeyError, TypeError):
        yield f"checkov: no report: {(done.stderr or done.stdout).strip()[-300:]}"
        return
    if summary["parsing_errors"]:
        yield f"checkov: could not parse {report['results']['parsing_errors']}"
    if summary["resource_count"] < len(found.resources):
        yield f"checkov: saw {summary['resource_count']} of {len(found.resources)} resources"
    for each in report["results"]["failed_checks"]:
        yield f"{each['resource']}: {each['check_id']}: {each['check_name']}"
    for each in report["results"]["skipped_checks"]:
        if len(each["check_result"].get("suppress_comment", "").split()) < 4:
            yield f"{each['resource']}: {each['check_id']} is suppressed without an explanation"


def secret_faults(folder: Path) -> Iterator[str]:
    """Secrets in files, by gitleaks' rules and ours for Azure; their values are not shown."""
    report = ["--report-format", "json", "--report-path", "-"]
    rules = ["--config", str(ROOT / ".gitleaks.toml"), "--redact", "--no-banner"]
    done = _run(str(GITLEAKS), "dir", str(folder), *rules, *report)
    if done.returncode not in (0, 1):
        yield f"gitleaks: {done.stderr.strip()}"
        return
    for each in json.loads(done.stdout or "[]"):
        yield f"{Path(each['File']).name}:{each['StartLine']}: a secret ({each['RuleID']})"


def query_faults(found: Configuration) -> Iterator[str]:
    """What Log Analytics' own language service finds wrong with queries of alerts and charts."""
    if not KUSTO.exists():
        yield f"kusto: missing in {KUSTO}; run: make infra-check"
        return
    table = f"{found.locals['measurements']}\n"
    queries = {
        name: each["query"].replace("AppMetrics\n", table)
        for name, each in found.locals["alerts"].items()
    }
    queries |= {each["title"]: each["query"] for each in found.locals["charts"]}
    script = str(Path(__file__).with_name("queries.js"))
    done = _run("node", script, str(KUSTO), stdin=json.dumps(queries))
    if done.returncode:
        yield f"kusto: {done.stderr.strip().splitlines()[-1]}"
        return
    for name, messages in json.loads(done.stdout).items():
        yield from (f"query of {name!r}: {message}" for message in messages)


def _run(
    *argv: str, cwd: Path | None = None, stdin: str | None = None
) -> "subprocess.CompletedProcess[str]":
    # No settings of the user's own may change what is found.
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return subprocess.run(
        argv,
        cwd=cwd,
        env=env,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
