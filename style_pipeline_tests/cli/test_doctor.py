"""What ``doctor`` finds on a whole machine, and on one that lacks something."""

from pathlib import Path

from style_pipeline_tests.cli.conftest import Run


def findings(output: str) -> dict[str, str]:
    """State by subject; subjects may hold a space, columns are apart by two at least."""
    rows = (line.split(maxsplit=1) for line in output.splitlines())
    return {rest[:13].strip(): state for state, rest in rows}


def test_a_whole_machine(cli: Run) -> None:
    result = cli("doctor")
    assert result.returncode == 0, result.stdout
    assert set(findings(result.stdout).values()) <= {"ok", "warning"}


def test_a_bare_machine_is_told_what_to_type(cli: Run, tmp_path: Path) -> None:
    result = cli("doctor", PATH=str(tmp_path))
    found = findings(result.stdout)
    assert result.returncode == 1
    assert {name for name, state in found.items() if state == "missing"} == {
        "ffmpeg",
        "ffprobe",
        "encoders",
    }
    assert found["c++ compiler"] == "warning"
    assert "apt-get install ffmpeg" in result.stdout


def test_a_store_that_cannot_be_written(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = cli("doctor", STYLE_PIPELINE_STORE=(tmp_path / "file").as_uri())
    assert result.returncode == 1
    assert findings(result.stdout)["store"] == "missing"
    assert "STYLE_PIPELINE_HOME" in result.stdout


def test_a_store_in_azure_names_its_own_remedy(cli: Run) -> None:
    result = cli(
        "doctor",
        STYLE_PIPELINE_STORE="https://account.blob.core.windows.net/media",
        STYLE_PIPELINE_STORE_SAS="c2VjcmV0",
    )
    assert result.returncode == 1
    assert findings(result.stdout)["store"] == "missing"
    assert "STYLE_PIPELINE_STORE_SAS holds no signature" in " ".join(result.stdout.split())
    assert "STYLE_PIPELINE_HOME" not in result.stdout
    assert "c2VjcmV0" not in result.stdout


def test_it_leaves_nothing_behind(cli: Run, tmp_path: Path) -> None:
    cli("doctor")
    left = [path for path in (tmp_path / "home" / "work").rglob("*") if path.is_file()]
    assert left == []
