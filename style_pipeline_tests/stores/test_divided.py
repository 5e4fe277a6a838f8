"""What styles were learnt as lies where uploaders have no rights; the rest where it always did."""

from pathlib import Path

import pytest

from style_pipeline import layout
from style_pipeline.errors import ConfigurationError, ObjectMissing
from style_pipeline.store import MediaStore
from style_pipeline.stores import LocalStore, open_whole
from style_pipeline.stores.divided import DividedStore

CHECKPOINT, CARD = layout.style_checkpoint_key("mine"), layout.style_card_key("mine")
PAINTING = layout.painting_key("mine", ".jpg")


@pytest.fixture
def operations(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "operations")


@pytest.fixture
def whole(store: MediaStore, operations: LocalStore) -> DividedStore:
    return DividedStore(store, operations)


def keys(store: MediaStore, prefix: str = "") -> list[str]:
    return [found.key for found in store.list(prefix)]


def test_each_goes_where_it_belongs_and_is_found_as_one(
    whole: DividedStore, store: MediaStore, operations: LocalStore, tmp_path: Path
) -> None:
    everything = ["incoming/x/a.mp4", CARD, CHECKPOINT, PAINTING, "work/styled/x/job.json"]
    for key in everything:
        whole.upload(key.encode(), key)
    assert keys(store) == ["incoming/x/a.mp4", PAINTING, "work/styled/x/job.json"]
    assert keys(operations) == [CARD, CHECKPOINT]
    assert keys(whole) == keys(whole, "") == everything
    assert keys(whole, "styles/mine/c") == [CARD, CHECKPOINT]
    assert keys(whole, "sty") == keys(whole, "styles/") == [CARD, CHECKPOINT, PAINTING]
    assert keys(whole, "work/") == ["work/styled/x/job.json"]
    whole.download(CHECKPOINT, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == whole.read_bytes(CHECKPOINT) == CHECKPOINT.encode()
    with whole.open_read(CARD) as stream:
        assert stream.read() == CARD.encode()
    assert whole.stat(PAINTING).etag == store.stat(PAINTING).etag
    whole.move(whole.stat("incoming/x/a.mp4"), "quarantine/a/a.mp4")
    assert keys(store, "quarantine/") == ["quarantine/a/a.mp4"]
    whole.delete(CHECKPOINT)
    assert keys(operations) == [CARD]


def test_a_checkpoint_beside_the_paintings_is_none(whole: DividedStore, store: MediaStore) -> None:
    store.upload(b"slipped in", CHECKPOINT)
    assert not whole.exists(CHECKPOINT)
    assert keys(whole) == []
    with pytest.raises(ObjectMissing):
        whole.read_bytes(CHECKPOINT)
    assert whole.url == store.url


def test_one_account_for_both_is_refused() -> None:
    account = "https://paintings.blob.core.windows.net"
    with pytest.raises(ConfigurationError, match="set STYLE_PIPELINE_AZURE_OPERATIONS to a cont"):
        open_whole(f"{account}/media", f"{account}/operations", {})


def test_with_nothing_named_all_lies_in_one_store(tmp_path: Path) -> None:
    assert isinstance(open_whole(tmp_path.as_uri(), None), LocalStore)
