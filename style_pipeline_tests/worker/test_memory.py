"""What a rank may take for a frame."""

from pathlib import Path

import pytest

from style_pipeline.errors import ConfigurationError
from style_pipeline.worker.memory import frame_budget, free_bytes


def machine(folder: Path, free_kb: int, limit: str, used: int) -> tuple[Path, Path]:
    (folder / "meminfo").write_text(f"MemTotal: 9 kB\nMemAvailable:   {free_kb} kB\n")
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    return folder / "meminfo", folder


def test_the_container_counts_where_it_is_smaller(tmp_path: Path) -> None:
    assert free_bytes(*machine(tmp_path, 1000, "max", 5)) == 1_024_000
    assert free_bytes(*machine(tmp_path, 1000, "500000", 100_000)) == 400_000
    assert free_bytes(*machine(tmp_path, 100, "500000", 100_000)) == 102_400
    assert free_bytes(*machine(tmp_path, 100, "500", 600)) == 0


def test_a_machine_that_does_not_say(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "none", tmp_path) is None


def test_ranks_share_what_is_free() -> None:
    one, four = frame_budget({}, 1), frame_budget({}, 4)
    assert one is not None
    assert four is not None
    assert one > 3 * four


def test_a_setting_says_it_instead() -> None:
    assert frame_budget({"STYLE_PIPELINE_FRAME_MEMORY_MB": "64"}, 4) == 64 * 2**20
    with pytest.raises(ConfigurationError, match="FRAME_MEMORY_MB"):
        frame_budget({"STYLE_PIPELINE_FRAME_MEMORY_MB": "some"}, 1)
