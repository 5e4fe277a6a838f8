"""Each attack: classified, bounded, nothing read but the upload, nobody called, nothing left."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from style_pipeline import process
from style_pipeline.defs.admission import Door
from style_pipeline.errors import UnusableVideo
from style_pipeline.limits import UploadLimits
from style_pipeline.media import ffmpeg, sandbox
from style_pipeline.process import Limits
from style_pipeline_tests.conftest import ClipFactory
from style_pipeline_tests.hostile import attacks
from style_pipeline_tests.hostile.judging import TIGHT, judge
from style_pipeline_tests.hostile.mutants import DAMAGES, mutant
from style_pipeline_tests.hostile.witnesses import Canary, Guard, canary

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["in a room", "without a room"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An empty folder; FFmpeg with all its locks, or on a machine that refuses it a room."""
    if request.param == "without a room":
        programs = tmp_path / "bin"
        programs.mkdir()
        for name in ("ffmpeg", "ffprobe", "prlimit", "setpriv"):
            (programs / name).symlink_to(str(shutil.which(name)))
        monkeypatch.setenv("PATH", str(programs))
    elif sandbox.fault(str(shutil.which("ffprobe"))) is not None:
        pytest.skip("this machine refuses bubblewrap")
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


@pytest.fixture
def bird() -> Iterator[Canary]:
    with canary() as singing:
        yield singing


def test_playlists_lead_nowhere(place: Path, clip: ClipFactory, bird: Canary) -> None:
    """HLS, ffconcat, DASH, SDP and SVG that call themselves videos."""
    secret = place / "secret.mp4"
    shutil.copy(clip("secret.mp4", frames=5), secret)
    guard = Guard(secret)
    for name, text in attacks.playlists(secret, bird.port).items():
        upload = place / "upload.mp4"
        upload.write_text(text)
        judged = judge(upload)
        assert judged.verdict == "refused", name
        assert "secret" not in judged.reason
        assert guard.opened == 0, name
    guard.close()
    assert bird.visitors == 0
    assert sorted(path.name for path in place.iterdir()) == ["secret.mp4", "upload.mp4"]


@pytest.mark.parametrize("kind", ["hls", "ffconcat"])
def test_without_the_locks_they_would_lead_somewhere(
    tmp_path: Path, clip: ClipFactory, bird: Canary, kind: str
) -> None:
    """The attacks are real, and the witnesses awake: a plain ffmpeg falls for them."""
    secret, upload = tmp_path / "secret.mp4", tmp_path / "upload.mp4"
    shutil.copy(clip("secret.mp4", frames=5), secret)
    guard = Guard(secret)
    options = {"hls": ["-allowed_extensions", "ALL"], "ffconcat": ["-safe", "0"]}[kind]
    open_doors = ["-protocol_whitelist", "file,http,tcp"]
    for target in (secret, f"http://127.0.0.1:{bird.port}/x.mp4"):
        upload.write_text(attacks.LISTS[kind].format(target=target))
        words = ["-v", "error", *open_doors, *options, "-i", str(upload), "-f", "null", "-"]
        process.run(["ffmpeg", "-nostdin", *words], limits=Limits(seconds=60))
    assert guard.opened > 0
    assert bird.visitors > 0
    guard.close()


def test_a_vast_frame_is_refused_by_its_size_in_little_memory(tmp_path: Path) -> None:
    vast = attacks.one_vast_frame(tmp_path / "vast.mov")
    assert vast.stat().st_size < 1 << 20
    code = (
        "import json, resource, sys\n"
        "from pathlib import Path\n"
        "from style_pipeline_tests.hostile.judging import judge\n"
        "judged = judge(Path(sys.argv[1]))\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(json.dumps([judged.verdict, judged.reason, used]))"
    )
    argv = [sys.executable, "-c", code, str(vast)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    verdict, reason, kibibytes = json.loads(done.stdout)
    assert verdict == "refused", reason
    assert kibibytes < 150 * 1024


def test_frames_hours_apart_stay_as_few_as_they_are(tmp_path: Path, clip: ClipFactory) -> None:
    sparse = clip("sparse.mkv", frames=5, steps=[2 * 3600 * 24])
    assert "lasts 480.0 minutes" in judge(sparse).reason
    patient = Door(replace(UploadLimits(), seconds=48 * 3600.0))
    judged = judge(sparse, patient)
    assert (judged.verdict, judged.frames) == ("taken", 5)


def test_floods_of_tiny_packets_are_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood = attacks.tiny_packets(tmp_path / "flood.avi", 100_000)
    assert judge(flood).verdict in ("taken", "refused")
    monkeypatch.setattr(ffmpeg, "PROBE_LIMITS", replace(ffmpeg.PROBE_LIMITS, output_bytes=1 << 20))
    judged = judge(flood)
    assert (judged.verdict, "more packets than we list" in judged.reason) == ("refused", True)


@pytest.mark.slow
def test_millions_of_tiny_packets_take_their_time_and_no_more(tmp_path: Path) -> None:
    flood = attacks.tiny_packets(tmp_path / "flood.avi", 5_000_000)
    judged = judge(flood, limits=replace(TIGHT, seconds=10, cpu_seconds=10))
    assert judged.verdict in ("refused", "stopped")
    assert judged.seconds < 60


@pytest.mark.parametrize("seed", range(2 * len(DAMAGES)))
def test_damaged_files_get_a_verdict(tmp_path: Path, clip: ClipFactory, seed: int) -> None:
    """A few of those that ``make mutants`` goes through by the thousand."""
    suffix = ("mp4", "mkv")[seed // len(DAMAGES)]
    whole = clip(f"whole.{suffix}", frames=12)
    damage, content = mutant(whole.read_bytes(), seed)
    path = tmp_path / f"mutant.{suffix}"
    path.write_bytes(content)
    assert judge(path).verdict in ("refused", "taken"), damage


def test_the_same_seed_gives_the_same_mutant() -> None:
    content = bytes(range(256)) * 16
    for seed in range(len(DAMAGES)):
        assert mutant(content, seed) == mutant(content, seed)
        assert mutant(content, seed)[1] != content


NAMES = [
    "-i.mp4", "%03d.mp4", "concat:a.mp4", "http:x.mp4", "it's.mp4", 'a "b".mp4', "new\nline.mp4",
    "\x01.mp4", "\u202e4pm.mp4", "caf\u00e9.mp4", "cafe\u0301.mp4", "$(id).mp4", "*.mp4",
    "x" * 250 + ".mp4",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_are_names_and_nothing_else(tmp_path: Path, clip: ClipFactory, name: str) -> None:
    """Of a file on this machine; uploads get a name of ours before FFmpeg sees them."""
    shutil.copy(clip("plain.mp4", frames=3), tmp_path / name)
    judged = judge(tmp_path / name)
    assert (judged.verdict, judged.frames) == ("taken", 3), judged.reason
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_that_is_no_text_is_told_so(tmp_path: Path, clip: ClipFactory) -> None:
    path = tmp_path / os.fsdecode(b"\xff.mp4")
    shutil.copy(clip("plain.mp4", frames=3), path)
    assert "is not Unicode; rename it" in judge(path).reason


def test_a_run_that_takes_too_long_is_stopped(clip: ClipFactory) -> None:
    judged = judge(clip("plain.mp4", frames=3), limits=replace(TIGHT, seconds=0.01))
    assert judged.verdict == "stopped"


def test_a_file_too_large_to_look_at_is_not_looked_at(tmp_path: Path) -> None:
    vast = tmp_path / "vast.mp4"
    with vast.open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(UnusableVideo, match="is 1,099,511,627,776 bytes, the limit is"):
        Door().admit(vast, 100)
