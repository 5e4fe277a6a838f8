"""The kernels are compiled once, by whoever needs them first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from style_pipeline.errors import StyleError
from style_pipeline.style.native.build import library
from style_pipeline.style.native.kernels import Kernels

RACER = "import sys; from pathlib import Path; from style_pipeline.style.native import build; "
RACER += "print(build.library(Path(sys.argv[1])))"


def counting_compiler(folder: Path) -> Path:
    """A compiler that writes a line for every file it compiles."""
    program, log = folder / "bin" / "c++", folder / "log"
    program.parent.mkdir()
    real = subprocess.run(["which", "c++"], capture_output=True, text=True, check=True).stdout
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *.cpp) echo x >> {log};; esac\nexec {real.strip()} "$@"\n'
    )
    program.chmod(0o755)
    return log


def test_racing_ranks_compile_once(tmp_path: Path) -> None:
    log = counting_compiler(tmp_path)
    env = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    argv = [sys.executable, "-c", RACER, str(tmp_path / "cache")]
    racers = [subprocess.Popen(argv, env=env, stdout=subprocess.PIPE) for _ in range(3)]
    found = {racer.communicate()[0].decode().strip() for racer in racers}
    assert [racer.returncode for racer in racers] == [0, 0, 0]
    assert len(found) == 1
    assert log.read_text() == "x\n"
    Kernels(Path(found.pop()))


def test_without_a_compiler_the_remedy_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StyleError, match="STYLE_PIPELINE_ENGINE=torch-float32"):
        library(tmp_path / "cache")


def test_a_compiler_that_fails_is_quoted_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c++").write_text(
        "#!/bin/sh\necho In file included from x: >&2\necho x:1: error: no such CPU >&2\nexit 3\n"
    )
    (tmp_path / "c++").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(StyleError, match=r"kernels \(x:1: error: no such CPU\)"):
        library(tmp_path / "cache")
    assert list((tmp_path / "cache").glob("*.so")) == []


def test_a_file_that_is_no_library_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kernels.so").write_bytes(b"nothing")
    with pytest.raises(StyleError, match="does not hold the compiled kernels"):
        Kernels(tmp_path / "kernels.so")
