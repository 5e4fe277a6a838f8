"""Which engine fits a machine."""

from pathlib import Path

import pytest

from style_pipeline.errors import ConfigurationError
from style_pipeline.settings import _ENGINES
from style_pipeline.style import engine


@pytest.mark.parametrize(
    ("flags", "compiler", "expected"),
    [
        ({"avx2", "amx_bf16"}, "/usr/bin/c++", "native-bfloat16"),
        ({"avx2", "avx512_bf16"}, "/usr/bin/c++", "native-bfloat16"),
        ({"avx2", "avx512f"}, "/usr/bin/c++", "native-float32"),
        (set(), "/usr/bin/c++", "native-float32"),
        ({"amx_bf16"}, None, "torch-float32"),
    ],
)
def test_the_fastest_that_the_machine_has(
    flags: set[str], compiler: str | None, expected: str
) -> None:
    assert engine.fitting(frozenset(flags), compiler) == expected


def test_a_word_is_taken_at_its_word() -> None:
    assert engine.choose("torch-float32") == "torch-float32"
    with pytest.raises(ConfigurationError, match="native-bfloat16"):
        engine.choose("fastest")


def test_without_a_compiler_auto_is_pytorch(tmp_path: Path) -> None:
    assert engine.choose("auto", {"PATH": str(tmp_path)}) == "torch-float32"


def test_the_flags_of_a_cpu(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nflags\t\t: fpu avx2 amx_bf16\nbugs\t: x\n")
    assert engine.cpu_flags(tmp_path / "cpuinfo") == {"fpu", "avx2", "amx_bf16"}
    assert engine.cpu_flags(tmp_path / "none") == frozenset()


def test_the_setting_knows_every_engine() -> None:
    assert ("auto", *engine.ENGINES) == _ENGINES
