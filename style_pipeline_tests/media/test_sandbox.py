"""FFmpeg's room: what can be reached from within, and that nothing depends on having it."""

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from style_pipeline import cancellation, process
from style_pipeline.errors import Cancelled, MediaError, UnusableVideo
from style_pipeline.media import ffmpeg, sandbox
from style_pipeline.media.ffmpeg import Blame, Input, Output
from style_pipeline.media.probe import probe
from style_pipeline.process import Limits
from style_pipeline_tests.conftest import ClipFactory

SHELL = "/bin/sh"
BLAME = Blame("try", failure=UnusableVideo)

needs_a_room = pytest.mark.skipif(
    shutil.which("ffmpeg") is None or sandbox.fault(str(shutil.which("ffmpeg"))) is not None,
    reason="this machine refuses bubblewrap",
)


@pytest.fixture
def roomless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine without bubblewrap."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("ffmpeg", "ffprobe", "prlimit", "setpriv"):
        (programs / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(programs))
    sandbox._fault.cache_clear()
    yield
    sandbox._fault.cache_clear()


def inside(code: str, reads: list[Path], writes: list[Path]) -> process.Finished:
    """What Python prints in a room that was made for it."""
    argv = [sys.executable, "-I", "-S", "-c", code]
    walls = sandbox.confined(["ffmpeg"], reads, writes)
    # Our interpreter may lie outside /usr, where FFmpeg has no business.
    own = [part for path in {sys.base_prefix, sys.prefix} for part in ("--ro-bind", path, path)]
    cut = walls.index("--remount-ro")
    return process.run([*walls[:cut], *own, *walls[cut : walls.index("--") + 1], *argv])


@needs_a_room
def test_only_what_was_named_can_be_read_and_written(tmp_path: Path) -> None:
    upload, secret, out = tmp_path / "upload.mp4", tmp_path / "secret.txt", tmp_path / "out"
    upload.write_text("upload")
    secret.write_text("secret")
    out.mkdir()
    code = (
        "def can(path, mode):\n"
        "    try: open(path, mode).close(); return True\n"
        "    except OSError: return False\n"
        f"print(can({str(upload)!r}, 'rb'), can({str(upload)!r}, 'ab'),\n"
        f"  can({str(secret)!r}, 'rb'),\n"
        f"  can({str(out / 'made')!r}, 'wb'), can({str(tmp_path / 'made')!r}, 'wb'),\n"
        "  can('/etc/passwd', 'rb'), can('/proc/self/environ', 'rb'), can('/made', 'wb'))"
    )
    seen = inside(code, [upload], [out])
    assert seen.stdout.split() == [b"True", *[b"False"] * 2, b"True", *[b"False"] * 4], seen.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "secret.txt", "upload.mp4"]


@needs_a_room
def test_no_network_not_even_loopback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(1)
        port = server.getsockname()[1]
        seen = inside(f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)", [], [])
        assert seen.returncode != 0
        with pytest.raises(TimeoutError):
            server.accept()


@needs_a_room
def test_ffmpeg_is_really_put_into_it() -> None:
    program, *_ = sandbox.confined(["ffprobe", "-version"], [], [])
    assert program == sandbox.PROGRAM


@needs_a_room
def test_who_asks_while_a_room_is_being_tried_waits_for_that_trial() -> None:
    sandbox._fault.cache_clear()
    with cancellation.threads(4) as beside:
        rooms = list(beside.map(lambda _: sandbox.confined(["ffprobe"], [], []), range(4)))
    assert {room[0] for room in rooms} == {sandbox.PROGRAM}
    assert sandbox._fault.cache_info().misses == 1


@needs_a_room
def test_a_trial_that_was_given_up_says_nothing_about_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sandbox._fault.cache_clear()
    ffprobe, begun = str(shutil.which("ffprobe")), tmp_path / "begun"
    slow = tmp_path / sandbox.PROGRAM
    slow.write_text(f"#!/bin/sh\necho > {begun}\nexec sleep 30\n")
    slow.chmod(0o755)
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("PATH", str(tmp_path), prepend=os.pathsep)
        with suppress(KeyboardInterrupt), cancellation.threads(1) as beside:
            trial = beside.submit(sandbox.fault, ffprobe)
            while not begun.exists():
                time.sleep(0.02)
            raise KeyboardInterrupt
    assert isinstance(trial.exception(), Cancelled)
    assert sandbox.fault(ffprobe) is None


def test_without_bubblewrap_the_other_locks_hold(
    roomless: None, clip: ClipFactory, tmp_path: Path
) -> None:
    assert sandbox.confined(["ffmpeg"], [], []) == ["ffmpeg"]
    assert "not installed" in str(sandbox.fault(str(shutil.which("ffmpeg"))))
    assert probe(clip("locks.mp4", frames=3)).packets == 3
    playlist = tmp_path / "playlist.mp4"
    playlist.write_text(f"#EXTM3U\n#EXTINF:1,\n{clip('locks.mp4', frames=3)}\n#EXT-X-ENDLIST\n")
    with pytest.raises(UnusableVideo):
        probe(playlist)


def test_limits_hold_for_every_run_of_ffmpeg_and_are_told_apart(
    clip: ClipFactory, tmp_path: Path
) -> None:
    video = clip("limits.mp4", frames=24, size=(320, 240))
    endless = Input(video, {"stream_loop": -1})
    picture = Output(tmp_path / "out.nut", [(0, "v:0")], {"c:v": "ffv1", "f": "nut"})
    with ffmpeg.limited(Limits(cpu_seconds=1, seconds=60)):
        assert fails(endless, picture) == "it takes more processor time than the limit"
    with ffmpeg.limited(Limits(file_bytes=1 << 20, seconds=60)):
        assert fails(endless, picture) == "a file grew past the limit"
    assert (tmp_path / "out.nut").stat().st_size <= 1 << 20
    vast = Output(tmp_path / "vast.nut", picture.streams, picture.options | {"s": "30000x16000"})
    with ffmpeg.limited(Limits(memory_bytes=512 << 20)):
        assert fails(Input(video), vast).startswith("it needs more memory than the limit")


def test_a_machine_that_ends_ffmpeg_is_not_the_videos_fault(
    clip: ClipFactory, tmp_path: Path
) -> None:
    video = clip("limits.mp4", frames=24, size=(320, 240))
    nowhere = Output(tmp_path / "out.nut", [(0, "v:0")], {"f": "null"})
    threading.Thread(target=kill_when_it_runs, args=(tmp_path / "out.nut",)).start()
    with pytest.raises(MediaError, match="ffmpeg was ended by SIGKILL, perhaps for want") as error:
        ffmpeg.run([Input(video, {"stream_loop": -1})], [nowhere], BLAME)
    assert not isinstance(error.value, UnusableVideo)


def fails(source: Input, target: Output) -> str:
    with pytest.raises(UnusableVideo, match="could not try: ") as error:
        ffmpeg.run([source], [target], BLAME)
    return str(error.value).removeprefix("could not try: ").removesuffix("; run it again")


def kill_when_it_runs(target: Path) -> None:
    """Find the ffmpeg that writes ``target``, and do what a machine short of memory does."""
    while True:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                name, words = (folder / "comm").read_text(), (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if name.strip() == "ffmpeg" and str(target).encode() in words:
                process.run(["kill", "-KILL", folder.name])
                return


def test_a_relative_path_means_the_same_in_the_room(
    clip: ClipFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip(frames=3)
    monkeypatch.chdir(path.parent)
    assert probe(Path(path.name)).packets == 3
    streams = Output(tmp_path / "copy.nut", [(0, "v:0")], {"c": "copy"})
    ffmpeg.run([Input(Path(path.name))], [streams], BLAME)
    assert (tmp_path / "copy.nut").stat().st_size > 0


def test_thousands_of_files_are_shown_by_their_folder(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.mp4" for number in range(7200)]
    argv = sandbox.confined([str(shutil.which("ffmpeg"))], files, [])
    assert len(argv) < 200
    assert len(sandbox.confined([str(shutil.which("ffmpeg"))], files[:2], [])) < 200


@needs_a_room
def test_a_folder_of_thousands_of_files_can_still_be_written(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.mp4" for number in range(1200)]
    for file in files:
        file.write_text("shard")
    code = f"print(open({str(files[7])!r}).read()); open({str(tmp_path / 'out')!r}, 'w').write('x')"
    assert inside(code, files, [tmp_path]).stdout == b"shard\n"
    assert (tmp_path / "out").read_text() == "x"
