"""What the programs that we start get to see, and what they may take."""

import os
import sys
import time
from pathlib import Path

import pytest

from style_pipeline import process
from style_pipeline.errors import OutputFlood, ProcessTimeout
from style_pipeline.process import Limits
from style_pipeline.settings import (
    ALERT_URL,
    INSIGHTS,
    QUEUE_CONNECTION_STRING,
    QUEUE_SAS,
    STORE_CONNECTION_STRING,
    STORE_SAS,
)

CREDENTIALS = (
    ALERT_URL,
    INSIGHTS,
    QUEUE_CONNECTION_STRING,
    QUEUE_SAS,
    STORE_SAS,
    STORE_CONNECTION_STRING,
    "AZURE_CLIENT_SECRET",
    "DAGSTER_POSTGRES_PASSWORD",
)


def python(code: str, **limits: int | float | None) -> process.Finished:
    return process.run([sys.executable, "-c", code], limits=Limits(**limits))  # type: ignore[arg-type]


def test_a_program_inherits_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.setenv(name, "c2VjcmV0")
    seen = process.run(["env"]).stdout.decode()
    assert f"PATH={os.environ['PATH']}" in seen
    assert "c2VjcmV0" not in seen


def test_a_bare_environment_holds_what_is_needed_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFREPORT", "file=/tmp/report.log")
    bare = process.bare_environment()
    assert bare["PATH"] == os.environ["PATH"]
    assert set(bare) <= {"PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL"}
    assert process.run(["env"], env=bare).stdout.decode().count("\n") == len(bare)


def test_output_is_kept_whole_up_to_its_limit() -> None:
    finished = python("print('x' * 300_000, end='')", output_bytes=300_000)
    assert finished.stdout == b"x" * 300_000


def test_a_flood_of_output_ends_the_program() -> None:
    endless = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    with pytest.raises(OutputFlood, match="wrote more than 1,000,000 bytes"):
        python(endless, output_bytes=1_000_000, seconds=60)


def test_of_complaints_only_the_end_is_kept() -> None:
    many = "import sys\nfor n in range(100_000): print('complaint', n, file=sys.stderr)"
    said = python(many).stderr
    assert said.endswith("complaint 99999\n")
    assert len(said) == process.STDERR_BYTES


def test_past_its_time_a_program_is_killed_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(mark)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)"
    )
    with pytest.raises(ProcessTimeout, match="after its limit of 2 s"):
        python(code, seconds=2)
    assert ended(int(mark.read_text()))


def test_memory_files_and_processor_time_have_limits(tmp_path: Path) -> None:
    greedy = python("x = bytearray(1 << 30)", memory_bytes=512 << 20)
    assert "MemoryError" in greedy.stderr
    big = tmp_path / "big"
    write = (
        f"import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nf=open({str(big)!r},'wb')"
    )
    assert python(f"{write}\nwhile True: f.write(b'x' * 65536)", file_bytes=1 << 20).returncode < 0
    assert big.stat().st_size <= 1 << 20
    assert python("while True: pass", cpu_seconds=1, seconds=60).returncode < 0


def ended(pid: int) -> bool:
    """Whether a process is gone, or will be as soon as somebody reaps it."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
