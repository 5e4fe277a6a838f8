"""Moving objects by the names they were listed with, over every kind of store."""

import os
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from style_pipeline.errors import InvalidKey, ObjectChanged, ObjectMissing
from style_pipeline.settings import STORE_SAS
from style_pipeline.store import MediaStore, StoredObject
from style_pipeline.stores import LocalStore, open_store
from style_pipeline_tests.azurite import Azurite

LARGE = b"0123456789abcdef" * 65536


@pytest.mark.parametrize("content", [b"", b"x", LARGE])
def test_a_move_keeps_the_content(store: MediaStore, content: bytes) -> None:
    moved = store.move(store.upload(content, "a/old name, ü %41.mp4"), "b/new")
    assert store.read_bytes("b/new") == content
    assert moved == store.stat("b/new")
    assert [found.key for found in store.list()] == ["b/new"]


def test_only_the_version_that_was_seen_is_moved(store: MediaStore) -> None:
    seen = store.upload(b"old", "a")
    store.upload(b"new", "a")
    with pytest.raises(ObjectChanged, match="'a'"):
        store.move(seen, "b")
    assert store.read_bytes("a") == b"new"
    assert not store.exists("b")


def test_nothing_is_overwritten(store: MediaStore) -> None:
    store.upload(b"there", "b")
    with pytest.raises(ObjectChanged):
        store.move(store.upload(b"x", "a"), "b")
    assert (store.read_bytes("a"), store.read_bytes("b")) == (b"x", b"there")


def test_what_is_gone_is_missing(store: MediaStore) -> None:
    seen = store.upload(b"x", "a")
    store.delete("a")
    with pytest.raises(ObjectMissing):
        store.move(seen, "b")


def test_it_moves_to_a_good_key_only(store: MediaStore) -> None:
    seen = store.upload(b"x", "a")
    for key in ("../b", "b\n", ""):
        with pytest.raises(InvalidKey):
            store.move(seen, key)
    assert store.read_bytes("a") == b"x"


def test_a_signature_for_the_container_is_enough(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = azurite.new_container().container_name
    monkeypatch.setenv(STORE_SAS, azurite.sas(container))
    store = open_store(azurite.url(container))
    store.move(store.upload(b"x", "a"), "b")
    assert [found.key for found in store.list()] == ["b"]


ODD_NAMES = ["new\nline.mp4", "tab\t.mp4", "back\\slash.mp4", "\x01.mp4", "\udcff.mp4"]


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_names_that_no_key_can_have_are_moved_in_a_folder(tmp_path: Path, name: str) -> None:
    store = LocalStore(tmp_path)
    (tmp_path / "in").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "in" / name))).write_bytes(b"x")
    (found,) = store.list("in/")
    store.move(found, "out/upload")
    assert [found.key for found in store.list()] == ["out/upload"]


@pytest.mark.parametrize("name", ["a//b.mp4", "/abs.mp4", "x" * 1000, "new\nline"], ids=ascii)
def test_names_that_no_key_can_have_are_moved_in_azure(
    azurite: Azurite, container: ContainerClient, store_in: MediaStore, name: str
) -> None:
    etag = container.upload_blob(name, b"x").get_blob_properties().etag.strip('"')
    (found,) = store_in.list()
    assert (found.key, found.etag) == (name, etag)
    store_in.move(found, "out/upload")
    assert [found.key for found in store_in.list()] == ["out/upload"]


def test_a_name_that_an_emulator_cannot_list_is_moved_all_the_same(
    container: ContainerClient, store_in: MediaStore
) -> None:
    """Azure lists such a name, Azurite fails on it; moving it is the same in both."""
    properties = container.upload_blob("in/poison\x01\ufffe.mp4", b"x").get_blob_properties()
    etag, modified = properties.etag.strip('"'), properties.last_modified
    store_in.move(StoredObject("in/poison\x01\ufffe.mp4", 1, etag, modified), "out/upload")
    assert [found.key for found in store_in.list()] == ["out/upload"]


@pytest.fixture
def container(azurite: Azurite) -> ContainerClient:
    return azurite.new_container()


@pytest.fixture
def store_in(
    azurite: Azurite, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> MediaStore:
    monkeypatch.setenv("STYLE_PIPELINE_STORE_CONNECTION_STRING", azurite.connection_string())
    return open_store(azurite.url(container.container_name))


def test_no_link_and_no_dots_lead_out_of_a_folder(tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_bytes(b"secret")
    store = LocalStore(tmp_path / "store")
    (tmp_path / "store").mkdir()
    (tmp_path / "store/link").symlink_to(outside)
    (tmp_path / "store/folder").symlink_to(tmp_path)
    for name in ("link", "folder/secret", "../secret", ".staging/lock"):
        seen = StoredObject(name, 6, "unreadable", store.upload(b"", "k").modified)
        with pytest.raises(InvalidKey):
            store.move(seen, "mine")
    assert outside.read_bytes() == b"secret"
    assert [found.key for found in store.list()] == ["k"]
