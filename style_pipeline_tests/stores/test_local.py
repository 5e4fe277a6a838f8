"""What only a folder can get wrong: links, permissions, killed writers, a full disk."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from style_pipeline.errors import (
    ConfigurationError,
    InvalidKey,
    ObjectMissing,
    StoreError,
    StoreFull,
)
from style_pipeline.stores import LocalStore, open_store

LARGE = b"0123456789abcdef" * 8192


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> LocalStore:
    return LocalStore(root)


@pytest.mark.parametrize(
    "url", ["", "data", "/data", "file:data", "file://host/data", "s3://bucket"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="file:///"):
        open_store(url)


def test_opening_a_store_writes_nothing(root: Path, store: LocalStore) -> None:
    assert list(store.list()) == []
    assert not store.exists("k")
    assert not root.exists()


def test_links_are_neither_listed_nor_followed(
    root: Path, store: LocalStore, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("secret")
    store.upload(b"x", "a/k")
    (root / "a/link").symlink_to(tmp_path / "outside/secret")
    (root / "folder").symlink_to(tmp_path / "outside")
    assert [found.key for found in store.list()] == ["a/k"]
    for key in ("a/link", "folder/secret", "folder/new"):
        with pytest.raises(InvalidKey, match="symbolic link"):
            store.read_bytes(key)
        with pytest.raises(InvalidKey, match="symbolic link"):
            store.upload(b"overwritten", key)
    assert (tmp_path / "outside/secret").read_text() == "secret"
    assert not (tmp_path / "outside/new").exists()


def test_a_root_reached_through_a_link_works(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    LocalStore(tmp_path / "link").upload(b"x", "k")
    assert (tmp_path / "real/k").read_bytes() == b"x"


def test_hidden_and_odd_files_of_others(root: Path, store: LocalStore) -> None:
    (root / "in/.hidden").mkdir(parents=True)
    (root / "in/.hidden/x.mp4").touch()
    (root / "in/.x.mp4.a8sd").touch()
    os.mkfifo(root / "in/pipe")
    (root / "in/new\nline.mp4").touch()
    (root / os.fsdecode(b"in/bad\xff.mp4")).touch()
    assert [found.key for found in store.list()] == ["in/bad\udcff.mp4", "in/new\nline.mp4"]


def test_an_unreadable_file_does_not_stop_the_list(
    root: Path, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.upload(b"x", "a")
    store.upload(b"x", "b")
    real = Path.open

    def guarded(path: Path, *args: Any, **options: Any) -> Any:
        if path.name == "a":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, *args, **options)

    monkeypatch.setattr(Path, "open", guarded)
    assert [(found.key, found.etag == "unreadable") for found in store.list()] == [
        ("a", True),
        ("b", False),
    ]
    with pytest.raises(StoreError, match="'a' cannot be read: Permission denied"):
        store.read_bytes("a")


def test_a_file_that_vanishes_while_listing_is_left_out(root: Path, store: LocalStore) -> None:
    for name in "abc":
        store.upload(b"x", name)
    listing = store.list()
    assert next(listing).key == "a"
    (root / "b").unlink()
    assert [found.key for found in listing] == ["c"]


def test_equal_content_has_an_equal_etag(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(LARGE)
    assert store.upload(tmp_path / "source", "one").etag == store.upload(LARGE, "two").etag


def test_the_etag_survives_a_copy_and_sees_a_change(root: Path, store: LocalStore) -> None:
    etag = store.upload(LARGE, "k").etag
    (root / "k").write_bytes(LARGE)
    assert store.stat("k").etag == etag
    (root / "k").write_bytes(LARGE[::-1])
    os.utime(root / "k", (1, 1))
    changed = store.stat("k").etag
    assert changed != etag
    (root / "k").write_bytes(LARGE)
    os.utime(root / "k", (1, 1))
    assert store.stat("k").etag == etag


def test_a_large_file_is_hashed_once_even_by_another_process(
    store: LocalStore, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    etag = store.upload(LARGE, "k").etag
    monkeypatch.setattr("hashlib.file_digest", None)
    assert LocalStore(root).stat("k").etag == etag


def test_a_damaged_etag_record_is_ignored(store: LocalStore, root: Path) -> None:
    etag = store.upload(LARGE, "k").etag
    (record,) = (path for path in (root / ".etags").rglob("*") if path.is_file())
    record.write_bytes(b"\xff half")
    assert LocalStore(root).stat("k").etag == etag
    store.delete("k")
    assert not record.exists()


WRITER_THAT_HANGS = """
import sys, time
from pathlib import Path
from style_pipeline.stores.staging import Staging
with Staging(Path(sys.argv[1])).file() as (stream, path):
    stream.write(b"half")
    stream.flush()
    print(path.name, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_writer_left_is_removed_and_a_living_one_is_not(
    root: Path, store: LocalStore
) -> None:
    argv = [sys.executable, "-c", WRITER_THAT_HANGS, str(root / ".staging")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        draft = root / ".staging" / writer.stdout.readline().strip()
        store.upload(b"x", "k")
        assert draft.read_bytes() == b"half"
        writer.kill()
    assert draft.exists()
    LocalStore(root).upload(b"y", "k")
    assert not draft.exists()
    assert [found.key for found in store.list()] == ["k"]


def test_a_full_disk_leaves_the_old_object(store: LocalStore, root: Path) -> None:
    store.upload(b"old", "k")
    script = (
        "import resource, signal, sys; from pathlib import Path;"
        "from style_pipeline.stores import LocalStore;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20));"
        "LocalStore(Path(sys.argv[1])).upload(bytes(1 << 22), 'k')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(root)], capture_output=True, text=True, check=False
    )
    assert "StoreFull: 'k' cannot be written: no space left on the disk" in done.stderr
    assert store.read_bytes("k") == b"old"
    assert [path.name for path in (root / ".staging").iterdir()] == ["lock"]


def test_no_space_is_told_apart_from_other_failures(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreFull, match="no space left on the disk; free some"):
            store.upload(b"x", "k")
    with pytest.raises(ObjectMissing):
        store.stat("k")


def test_a_file_in_the_way_of_a_folder_is_one_clear_line(store: LocalStore) -> None:
    store.upload(b"x", "a")
    with pytest.raises(StoreError, match=r"'a/b' cannot be written: .*; check") as error:
        store.upload(b"x", "a/b")
    assert "\n" not in str(error.value)
