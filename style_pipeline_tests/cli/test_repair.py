"""``repair`` and ``release --repair``: what is refused as it is comes back whole, and says so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from style_pipeline import quarantine
from style_pipeline.stores import LocalStore
from style_pipeline_tests.cli.conftest import Run, said
from style_pipeline_tests.clips import Tone
from style_pipeline_tests.conftest import ClipFactory


@pytest.fixture
def damaged(clip: ClipFactory, tmp_path: Path) -> Path:
    """A recording that begins in the middle of a group of pictures."""
    groups = ["-g", "12", "-bf", "0"]
    whole = clip("whole.ts", rate=25, frames=36, audio=[Tone()], codec_options=groups)
    content = whole.read_bytes()
    (path := tmp_path / "holiday.ts").write_bytes(content[len(content) * 3 // 10 :])
    return path


def test_what_is_refused_can_be_painted_once_repaired(
    cli: Run, damaged: Path, tmp_path: Path
) -> None:
    refused = cli("run", str(damaged), "--style", "tahiti")
    assert refused.returncode == 2
    assert "style-pipeline repair" in said(refused)
    repaired = cli("repair", str(damaged))
    whole = damaged.with_suffix(".repaired.mkv")
    assert (repaired.returncode, repaired.stdout) == (0, f"{whole}\n")
    assert repaired.stderr.startswith("12 of ")
    painted = cli("run", str(whole), "--style", "tahiti", "--output", str(tmp_path / "done.mp4"))
    assert painted.returncode == 0, painted.stderr
    assert b"repaired: 12 of " in (tmp_path / "done.mp4").read_bytes()


def test_out_of_quarantine(cli: Run, damaged: Path, tmp_path: Path) -> None:
    store, key = LocalStore(tmp_path / "home"), "incoming/great-wave/days/holiday.ts"
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    entry = quarantine.put_aside(store, store.upload(damaged, key), "is damaged", now)
    result = cli("release", entry.name, "--repair")
    back = "incoming/great-wave/days/holiday.repaired.mkv"
    assert (result.returncode, result.stdout) == (0, f"{back}\n"), result.stderr
    assert store.exists(back)
    assert not store.exists(key)
    assert [each.name for each in quarantine.entries(store)] == [entry.name]
    taken = cli("release", entry.name, "--repair")
    assert taken.returncode != 0


def test_what_people_get_wrong(cli: Run, damaged: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.ts").write_bytes(b"noise" * 999)
    for wrong, told in {
        (str(damaged), "--output", str(tmp_path / "x.mp4")): "does not end in .mkv",
        (str(tmp_path / "none.ts"),): "does not exist",
        (str(tmp_path / "noise.ts"),): "could not read the file as a video",
    }.items():
        result = cli("repair", *wrong)
        assert result.returncode == 2
        assert told in said(result)
