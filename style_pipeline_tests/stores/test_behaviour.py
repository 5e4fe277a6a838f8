"""What the store contract promises, over every back end."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from style_pipeline.errors import InvalidKey, ObjectChanged, ObjectMissing, StoreError
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store

LARGE = b"0123456789abcdef" * 8192


def keys(store: MediaStore, prefix: str = "") -> list[str]:
    return [found.key for found in store.list(prefix)]


def test_what_is_uploaded_is_read_back(store: MediaStore, tmp_path: Path) -> None:
    for content in (b"", b"x", LARGE):
        put = store.upload(content, "work/a/b.bin")
        assert store.read_bytes("work/a/b.bin") == content
        with store.open_read("work/a/b.bin") as stream:
            assert stream.read() == content
        got = store.download("work/a/b.bin", tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == content
        assert put == got == store.stat("work/a/b.bin")
        assert put.size == len(content)


def test_a_file_is_uploaded_like_bytes(store: MediaStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(LARGE)
    put = store.upload(tmp_path / "source", "k")
    assert put == store.stat("k")
    assert put.size == len(LARGE)
    assert store.read_bytes("k") == LARGE


def test_a_source_that_is_not_there_is_one_clear_line(store: MediaStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="'k' cannot be written: No such file"):
        store.upload(tmp_path / "gone", "k")
    assert not store.exists("k")


def test_listing_is_by_prefix_and_in_key_order(store: MediaStore) -> None:
    names = [
        "a",
        "a-b",
        "a.txt",
        "b/c",
        "b/c.d/e",
        "b/c0",
        "b.z",
        "ä/ü.mp4",
        "\uff5a",
        "\U0001f600",
    ]
    for name in reversed(names):
        store.upload(b"x", name)
    assert keys(store) == sorted(names)
    assert keys(store, "b/c") == ["b/c", "b/c.d/e", "b/c0"]
    assert keys(store, "b/") == ["b/c", "b/c.d/e", "b/c0"]
    assert keys(store, "nothing/here/") == []


def test_an_empty_store_lists_nothing(store: MediaStore) -> None:
    assert keys(store) == []


def test_an_object_knows_its_size_and_time(store: MediaStore) -> None:
    store.upload(b"abc", "k")
    (found,) = store.list()
    assert found == store.stat("k")
    assert found.size == 3
    assert found.modified.tzinfo is not None
    assert abs(datetime.now(UTC) - found.modified) < timedelta(minutes=1)


@pytest.mark.parametrize("content", [(b"one", b"two"), (LARGE, LARGE[::-1])])
def test_the_etag_follows_the_content(store: MediaStore, content: tuple[bytes, bytes]) -> None:
    first = store.upload(content[0], "k").etag
    assert store.stat("k").etag == first
    assert store.upload(content[1], "k").etag != first
    assert store.stat("k").etag != first


def test_an_absent_object_is_missing(store: MediaStore, tmp_path: Path) -> None:
    store.upload(b"x", "folder/k")
    for key in ("gone", "folder", "folder/gone"):
        assert not store.exists(key)
        for read in (store.stat, store.read_bytes, store.open_read):
            with pytest.raises(ObjectMissing, match=key):
                read(key)
        with pytest.raises(ObjectMissing, match=key):
            store.download(key, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_download_that_fails_leaves_nothing(store: MediaStore, tmp_path: Path) -> None:
    store.upload(b"x", "k")
    (tmp_path / "target").mkdir()
    with pytest.raises(StoreError):
        store.download("k", tmp_path / "target")
    with pytest.raises(StoreError):
        store.download("k", tmp_path / "no folder/copy")
    assert [path.name for path in tmp_path.iterdir() if path.name != "store"] == ["target"]


def test_an_object_can_be_deleted_twice(store: MediaStore) -> None:
    store.upload(b"x", "k")
    assert store.exists("k")
    store.delete("k")
    store.delete("k")
    assert not store.exists("k")


def test_if_absent_writes_only_once(store: MediaStore) -> None:
    store.upload(b"first", "k", if_absent=True)
    with pytest.raises(ObjectChanged, match="'k' is there already"):
        store.upload(b"second", "k", if_absent=True)
    assert store.read_bytes("k") == b"first"


def test_if_match_writes_only_over_what_was_read(store: MediaStore) -> None:
    read = store.upload(b"first", "k")
    store.upload(b"second", "k", if_match=read.etag)
    with pytest.raises(ObjectChanged, match="'k' has changed"):
        store.upload(b"third", "k", if_match=read.etag)
    with pytest.raises(ObjectChanged):
        store.upload(b"third", "never-there", if_match=read.etag)
    with pytest.raises(ObjectChanged):
        store.upload(b"third", "never-there", if_match=read.etag, if_absent=True)
    assert store.read_bytes("k") == b"second"
    assert not store.exists("never-there")


def test_of_many_racers_one_wins(store: MediaStore) -> None:
    won: list[tuple[int, int]] = []
    start = threading.Barrier(8)

    def race(number: int) -> None:
        for heat in range(25):
            start.wait()
            with contextlib.suppress(ObjectChanged):
                store.upload(str(number).encode(), f"prize-{heat}", if_absent=True)
                won.append((heat, number))

    racers = [threading.Thread(target=race, args=(n,)) for n in range(8)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(won) == [(n, int(store.read_bytes(f"prize-{n}"))) for n in range(25)]


def test_the_url_opens_the_same_store(store: MediaStore) -> None:
    store.upload(b"x", "a key with spaces, ü and %41")
    assert keys(open_store(store.url)) == ["a key with spaces, ü and %41"]


BAD_KEYS = [
    "", "/abs", "a//b", "a/", "..", "../up", "a/../b", "./a", "a/.", ".hidden", "a/.hidden",
    "back\\slash", "nul\0", "line\nbreak", "\x7f", "\ud800", "\ufffe", "x" * 256, "ü" * 200,
    "long/" * 300 + "er",
]  # fmt: skip


@pytest.mark.parametrize("key", BAD_KEYS, ids=ascii)
def test_a_bad_key_is_refused(store: MediaStore, tmp_path: Path, key: str) -> None:
    (tmp_path / "up").write_bytes(b"outside")
    for use in (store.stat, store.exists, store.read_bytes, store.open_read, store.delete):
        with pytest.raises(InvalidKey):
            use(key)
    with pytest.raises(InvalidKey) as refusal:
        store.upload(b"x", key)
    assert "\n" not in str(refusal.value)
    assert keys(store) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(min_size=1, max_size=40))
def test_any_key_is_kept_or_refused(store: MediaStore, key: str) -> None:
    try:
        store.upload(b"content", key)
    except InvalidKey:
        return
    assert store.read_bytes(key) == b"content"
    assert key in keys(store)
    store.delete(key)
