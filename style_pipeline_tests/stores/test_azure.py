"""What only Azure Blob Storage can get wrong, against a real Azurite."""

import contextlib
import gzip
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient, ContentSettings

from style_pipeline.errors import InvalidKey, ObjectChanged, ObjectMissing, StoreError
from style_pipeline.settings import STORE_CONNECTION_STRING, STORE_SAS
from style_pipeline.store import MediaStore
from style_pipeline.stores import open_store
from style_pipeline.stores.azure_client import BLOCK
from style_pipeline.stores.azure_reading import new_md5
from style_pipeline_tests.azurite import Azurite

BIG = b"".join(number.to_bytes(4, "big") for number in range(5 << 20))
"""20 MiB without repetition, so that blocks in the wrong order are noticed."""


@pytest.fixture
def container(azurite: Azurite) -> ContainerClient:
    """The container under the store, reached past the store."""
    return azurite.new_container()


@pytest.fixture
def environ(azurite: Azurite) -> dict[str, str]:
    return {STORE_CONNECTION_STRING: azurite.connection_string()}


@pytest.fixture
def store(azurite: Azurite, container: ContainerClient, environ: dict[str, str]) -> MediaStore:
    return open_store(azurite.url(container.container_name), environ)


def keys(store: MediaStore, prefix: str = "") -> list[str]:
    return [found.key for found in store.list(prefix)]


def test_a_large_file_goes_up_in_blocks_and_comes_back_whole(
    store: MediaStore, container: ContainerClient, tmp_path: Path
) -> None:
    (tmp_path / "source").write_bytes(BIG)
    put = store.upload(tmp_path / "source", "big")
    blob = container.get_blob_client("big")
    assert len(blob.get_block_list()[0]) == len(BIG) // BLOCK
    stored = blob.get_blob_properties().content_settings.content_md5
    assert bytes(stored) == new_md5(BIG).digest()
    assert store.download("big", tmp_path / "copy") == put == store.stat("big")
    assert (tmp_path / "copy").read_bytes() == BIG
    assert store.read_bytes("big") == BIG
    with store.open_read("big") as stream:
        assert stream.read(10) == BIG[:10]
        assert stream.read() == BIG[10:]


def test_blocks_without_a_commit_are_no_object(
    store: MediaStore, container: ContainerClient
) -> None:
    # Names of blocks must be of one length, and the library's are of this one.
    container.get_blob_client("half").stage_block("1" * 48, b"half")
    assert keys(store) == []
    assert not store.exists("half")
    # Azurite, unlike Azure, refuses a small upload here, which is one request without a commit.
    store.upload(BIG[: BLOCK + 1], "half", if_absent=True)


def test_of_sixteen_racers_with_blocks_one_wins(store: MediaStore) -> None:
    won: list[int] = []
    start = threading.Barrier(16)

    def race(number: int) -> None:
        start.wait()
        with contextlib.suppress(ObjectChanged):
            store.upload(bytes([number]) * (BLOCK + 1), "prize", if_absent=True)
            won.append(number)

    everyone([threading.Thread(target=race, args=(n,)) for n in range(16)])
    assert len(won) == 1
    assert store.read_bytes("prize") == bytes(won) * (BLOCK + 1)


def test_of_sixteen_updates_of_one_version_one_wins(store: MediaStore) -> None:
    etag = store.upload(b"old", "k").etag
    won: list[int] = []
    start = threading.Barrier(16)

    def race(number: int) -> None:
        start.wait()
        with contextlib.suppress(ObjectChanged):
            store.upload(bytes([number]), "k", if_match=etag)
            won.append(number)

    everyone([threading.Thread(target=race, args=(n,)) for n in range(16)])
    assert bytes(won) == store.read_bytes("k")


def test_writers_of_one_name_do_not_spoil_each_others_blocks(store: MediaStore) -> None:
    """A commit drops the blocks that others have sent for the same name so far."""
    done: list[int] = []

    def write(number: int) -> None:
        for _ in range(4):
            store.upload(bytes([number]) * (BLOCK + 1), "shared")
        done.append(number)

    everyone([threading.Thread(target=write, args=(n,)) for n in range(3)])
    assert sorted(done) == [0, 1, 2]
    assert len(set(store.read_bytes("shared"))) == 1


def everyone(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_object_overwritten_while_it_is_read_is_not_mixed(store: MediaStore) -> None:
    store.upload(b"a" * (3 * BLOCK), "k")
    with store.open_read("k") as stream:
        first = stream.read(BLOCK)
        store.upload(b"b" * (3 * BLOCK), "k")
        with pytest.raises(ObjectChanged, match="'k' has changed since it was read"):
            stream.read()
    assert set(first) == {ord("a")}


def test_content_that_does_not_match_its_md5_is_refused(
    store: MediaStore, container: ContainerClient, tmp_path: Path
) -> None:
    wrong = ContentSettings(content_md5=bytearray(16))
    container.get_blob_client("bad").stage_block("1", b"damaged")
    container.get_blob_client("bad").commit_block_list(["1"], content_settings=wrong)
    (tmp_path / "copy").write_bytes(b"old")
    with pytest.raises(StoreError, match="'bad' is damaged"):
        store.read_bytes("bad")
    with pytest.raises(StoreError, match="'bad' is damaged"):
        store.download("bad", tmp_path / "copy")
    with store.open_read("bad") as stream, pytest.raises(StoreError, match="'bad' is damaged"):
        stream.read()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("copy", b"old")]


def test_blobs_of_other_programs_are_read_as_they_lie(
    store: MediaStore, container: ContainerClient, tmp_path: Path
) -> None:
    packed = gzip.compress(b"content" * 1000)
    blob = container.get_blob_client("packed")
    blob.stage_block("1", packed)
    settings = ContentSettings(content_encoding="gzip")
    blob.commit_block_list(["1"], content_settings=settings)
    assert blob.get_blob_properties().content_settings.content_md5 is None
    assert store.read_bytes("packed") == packed
    assert store.download("packed", tmp_path / "copy").size == len(packed)
    with store.open_read("packed") as stream:
        assert stream.read() == packed


def test_a_prefix_is_a_store_of_its_own(
    azurite: Azurite, container: ContainerClient, environ: dict[str, str], store: MediaStore
) -> None:
    inner = open_store(azurite.url(container.container_name) + "/team%20a/videos/", environ)
    assert inner.url == azurite.url(container.container_name) + "/team%20a/videos"
    inner.upload(b"x", "a/k")
    store.upload(b"y", "team a/videos-not")
    assert keys(inner) == keys(inner, "a/") == ["a/k"]
    assert keys(store) == ["team a/videos-not", "team a/videos/a/k"]
    assert inner.stat("a/k").size == 1
    with pytest.raises(InvalidKey):
        inner.read_bytes("../videos-not")


def test_names_of_others_are_listed_but_for_hidden_ones_and_folders(
    store: MediaStore, container: ContainerClient
) -> None:
    for name in ("/abs", "a//b", ".hidden", "a/.hidden/b", "folder/", "k"):
        container.upload_blob(name, b"x")
    container.upload_blob("directory", b"", metadata={"hdi_isfolder": "true"})
    assert keys(store) == ["/abs", "a//b", "k"]


def test_a_list_that_fails_on_a_name_says_what_to_do(
    store: MediaStore, container: ContainerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure.storage.blob.ExponentialRetry.get_backoff_time", lambda *_: 0)
    container.upload_blob("in/poison\x01.mp4", b"x")
    container.upload_blob("work/k", b"x")
    with pytest.raises(StoreError, match=r"the list of in/.* a control character: delete") as error:
        keys(store, "in/")
    assert "\n" not in str(error.value)
    assert keys(store, "work/") == ["work/k"]


def test_an_object_with_snapshots_can_be_deleted(
    store: MediaStore, container: ContainerClient
) -> None:
    store.upload(b"x", "k")
    container.get_blob_client("k").create_snapshot()
    store.delete("k")
    assert not store.exists("k")


def test_names_that_azure_cannot_hold_are_refused(
    azurite: Azurite, container: ContainerClient, environ: dict[str, str]
) -> None:
    inner = open_store(f"{azurite.url(container.container_name)}/{'p' * 200}", environ)
    for key in ("a/" * 254 + "b", "/".join(["x" * 200] * 5)):
        with pytest.raises(InvalidKey, match="Azure's names are shorter"):
            inner.upload(b"x", key)


def test_a_container_that_does_not_exist_is_not_an_empty_store(
    azurite: Azurite, environ: dict[str, str]
) -> None:
    store = open_store(azurite.url("no-such-container"), environ)
    for use in (store.exists, store.read_bytes, store.delete, keys_of(store)):
        with pytest.raises(StoreError, match="container does not exist; create it") as error:
            use("k")
        assert not isinstance(error.value, ObjectMissing)
    with pytest.raises(StoreError, match="container does not exist"):
        store.upload(b"x", "k")


def keys_of(store: MediaStore):  # type: ignore[no-untyped-def]
    return lambda prefix: keys(store, prefix)


def test_a_signature_opens_what_it_allows(azurite: Azurite, container: ContainerClient) -> None:
    url = azurite.url(container.container_name)
    writer = open_store(url, {STORE_SAS: "?" + azurite.sas(container.container_name)})
    writer.upload(BIG[: BLOCK + 1], "k")
    reader = open_store(url, {STORE_SAS: azurite.sas(container.container_name, "rl")})
    assert reader.read_bytes("k") == BIG[: BLOCK + 1]
    assert keys(reader) == ["k"]
    with pytest.raises(StoreError, match=r"Azure refuses access .*Storage Blob Data Contributor"):
        reader.upload(b"x", "k")
    assert writer.url == reader.url == url


def test_a_store_in_a_folder_loads_nothing_of_azure(tmp_path: Path) -> None:
    script = (
        "import sys; from style_pipeline.stores import open_store;"
        "open_store(sys.argv[1]).upload(b'x', 'k');"
        "print([name for name in sys.modules if name.startswith(('azure', 'requests'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path.as_uri()], capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
