"""The quarantine, over every kind of store: moved whole, with a reason, never in the way."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from style_pipeline import again, quarantine, upload_keys
from style_pipeline.errors import InvalidKey, NotInQuarantine, ObjectChanged, ObjectMissing
from style_pipeline.store import MediaStore

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
KEY = "incoming/great-wave/day 1/holiday.mp4"


def aside(store: MediaStore, key: str = KEY, content: bytes = b"bad") -> quarantine.Quarantined:
    return quarantine.put_aside(store, store.upload(content, key), "is bad", NOW, "run-1")


def test_it_is_moved_with_its_reason(store: MediaStore) -> None:
    entry = aside(store)
    assert not store.exists(KEY)
    assert entry.held.startswith("quarantine/holiday-")
    assert store.read_bytes(entry.held) == b"bad"
    read = quarantine.Quarantined.from_json(store.read_bytes(f"{entry.prefix}reason.json"))
    assert read == entry
    assert (entry.upload, entry.size, entry.reason, entry.run_id) == (KEY, 3, "is bad", "run-1")
    assert entry.when == "2024-05-01T12:00:00+00:00"
    assert list(quarantine.entries(store)) == [entry]


def test_the_next_upload_of_the_name_is_free_and_may_be_bad_as_well(store: MediaStore) -> None:
    first = aside(store)
    second = aside(store, content=b"worse")
    assert first.held != second.held
    assert [store.read_bytes(entry.held) for entry in (first, second)] == [b"bad", b"worse"]
    store.upload(b"good", KEY)
    assert store.read_bytes(KEY) == b"good"


def test_a_replaced_upload_is_not_touched(store: MediaStore) -> None:
    old = store.upload(b"bad", KEY)
    store.upload(b"good", KEY)
    with pytest.raises(ObjectChanged):
        quarantine.put_aside(store, old, "is bad", NOW)
    assert store.read_bytes(KEY) == b"good"
    assert list(quarantine.entries(store)) == []


def test_what_is_gone_leaves_no_trace(store: MediaStore) -> None:
    gone = store.upload(b"bad", KEY)
    store.delete(KEY)
    with pytest.raises(ObjectMissing):
        quarantine.put_aside(store, gone, "is bad", NOW)
    assert list(store.list()) == []


def test_an_interrupted_move_is_done_again(store: MediaStore) -> None:
    """The content was copied, or only the reason was written, when the power went."""
    entry = aside(store)
    store.upload(b"bad", KEY)
    again_aside = quarantine.put_aside(store, store.stat(KEY), "is bad", NOW)
    assert store.read_bytes(again_aside.held) == b"bad"
    assert not store.exists(KEY)
    store.delete(entry.held)
    store.delete(again_aside.held)
    assert list(quarantine.entries(store)) == []


def test_it_is_released_to_its_place_and_asked_for_again(store: MediaStore) -> None:
    entry = aside(store)
    back = quarantine.release(store, quarantine.find(store, entry.name))
    assert (back.key, store.read_bytes(KEY)) == (KEY, b"bad")
    assert list(store.list("quarantine/")) == []
    assert again.repeats(store) == {upload_keys.upload_mark(KEY, entry.etag): 1}


@pytest.mark.parametrize("name", [KEY, "holiday.mp4", "day 1/holiday.mp4", "quarantine/{}/"])
def test_people_may_call_it_many_names(store: MediaStore, name: str) -> None:
    entry = aside(store)
    assert quarantine.find(store, name.format(entry.name)) == entry
    with pytest.raises(NotInQuarantine, match="'style-pipeline quarantine' lists"):
        quarantine.find(store, "day.mp4")


def test_nothing_is_overwritten_by_a_release(store: MediaStore) -> None:
    entry = aside(store)
    store.upload(b"good", KEY)
    with pytest.raises(InvalidKey, match="is another upload now; name a free key with --to"):
        quarantine.release(store, entry)
    assert store.read_bytes(KEY) == b"good"
    assert list(quarantine.entries(store)) == [entry]
    moved = quarantine.release(store, entry, "incoming/great-wave/other.mp4")
    assert store.read_bytes(moved.key) == b"bad"


def test_a_release_leads_into_incoming_only(store: MediaStore) -> None:
    entry = aside(store)
    for target in ("outputs/x.mp4", "incoming/x.mp4", "../x", "incoming/s/new\nline.mp4"):
        with pytest.raises(InvalidKey, match="--to"):
            quarantine.release(store, entry, target)
    nameless = replace(entry, upload="incoming/s/new\nline.mp4")
    with pytest.raises(InvalidKey, match=r"cannot be used again: .* name a new key with --to"):
        quarantine.release(store, nameless)


def test_a_reason_that_nobody_can_read_hides_no_other(store: MediaStore) -> None:
    entry = aside(store)
    store.upload(b"{", "quarantine/odd/reason.json")
    store.upload(b"x", "quarantine/loose")
    assert list(quarantine.entries(store)) == [entry]


def test_wishes_for_more_are_counted_apart(store: MediaStore) -> None:
    assert [again.ask(store, KEY, "1") for _ in range(3)] == [1, 2, 3]
    assert again.ask(store, KEY, "2") == 1
    assert again.ask(store, "incoming/s/other.mp4", "1") == 1
    assert sorted(again.repeats(store).values()) == [1, 1, 3]
