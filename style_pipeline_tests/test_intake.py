"""The intake, by state: first look, nothing new, a change, many at once, poison among them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from style_pipeline import intake
from style_pipeline.intake import Cursor, Intake, look
from style_pipeline.store import StoredObject

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
STYLES = ("mosaic", "wave")


def known(slug: str) -> str | None:
    return None if slug in STYLES else f"there is no style {slug!r}"


def blob(key: str, *, etag: str = "1", size: int = 9, age: float = 60) -> StoredObject:
    return StoredObject(f"incoming/{key}", size, etag, NOW - timedelta(seconds=age))


def keys(result: Intake) -> list[str]:
    return [arrival.upload.key.removeprefix("incoming/") for arrival in result.arrivals]


def again(result: Intake) -> Cursor:
    """The cursor, by way of the text that Dagster keeps."""
    return Cursor.parse(str(result.cursor))


def test_a_first_look_takes_what_is_there() -> None:
    result = look([blob("mosaic/a.mp4"), blob("wave/day 1/B.MOV")], known, Cursor(), NOW)
    assert keys(result) == ["mosaic/a.mp4", "wave/day 1/B.MOV"]
    assert [arrival.run_key for arrival in result.arrivals] == [
        "incoming/mosaic/a.mp4|1|1",
        "incoming/wave/day 1/B.MOV|1|1",
    ]
    assert result.summary() == "2 new"


def test_a_second_look_takes_nothing() -> None:
    listing = [blob("mosaic/a.mp4"), blob("wave/a.mp4")]
    first = look(listing, known, Cursor(), NOW)
    second = look(listing, known, again(first), NOW)
    assert keys(second) == []
    assert second.cursor == first.cursor
    assert second.summary() == "no new video"


def test_changed_content_is_new_and_a_newer_time_is_not() -> None:
    first = look([blob("mosaic/a.mp4"), blob("mosaic/b.mp4")], known, Cursor(), NOW)
    listing = [blob("mosaic/a.mp4", age=20), blob("mosaic/b.mp4", etag="2")]
    assert keys(look(listing, known, again(first), NOW)) == ["mosaic/b.mp4"]


def test_what_is_deleted_is_forgotten() -> None:
    first = look([blob("mosaic/a.mp4"), blob("mosaic/b.mp4")], known, Cursor(), NOW)
    second = look([blob("mosaic/a.mp4")], known, again(first), NOW)
    assert len(second.cursor.seen) == 1


def test_a_young_upload_waits_until_it_is_whole() -> None:
    first = look([blob("mosaic/a.mp4", age=1)], known, Cursor(), NOW)
    assert (keys(first), first.postponed) == ([], 1)
    assert first.summary() == "no new video, 1 left for the next look"
    later = NOW + timedelta(seconds=10)
    assert keys(look([blob("mosaic/a.mp4", age=1)], known, again(first), later)) == ["mosaic/a.mp4"]


def test_a_flood_is_taken_in_portions_without_losing_one() -> None:
    listing = [blob(f"mosaic/{n:03d}.mp4") for n in range(60)]
    cursor, portions = Cursor(), list[list[str]]()
    for _ in range(4):
        result = look(listing, known, cursor, NOW)
        portions.append(keys(result))
        cursor = again(result)
    assert [len(portion) for portion in portions] == [25, 25, 10, 0]
    taken = [name for portion in portions for name in portion]
    assert taken == [found.key.removeprefix("incoming/") for found in listing]


def test_odd_uploads_are_rejected_with_reasons_and_stop_nobody() -> None:
    listing = [
        blob("loose.mp4"),
        blob("cubist/a.mp4"),
        blob("mosaic/notes.txt"),
        blob("mosaic/empty.mp4", size=0),
        blob("mosaic/new\nline.mp4"),
        blob("mosaic/\udcff.mp4"),
        blob("mosaic//double.mp4"),
        blob("mosaic/back\\slash.mp4"),
        blob("mosaic/clip; touch PWNED .mp4"),
    ]
    result = look(listing, known, Cursor(), NOW)
    assert keys(result) == ["mosaic/clip; touch PWNED .mp4"]
    reasons = {
        rejection.key.removeprefix("incoming/"): rejection.reason for rejection in result.rejections
    }
    assert len(reasons) == 8
    assert "no style's folder" in reasons["loose.mp4"]
    assert reasons["cubist/a.mp4"] == "there is no style 'cubist'"
    assert "does not end like a video" in reasons["mosaic/notes.txt"]
    assert "is empty" in reasons["mosaic/empty.mp4"]
    assert "control character" in reasons["mosaic/new\nline.mp4"]
    assert result.summary().isprintable()
    result.summary().encode()


def test_a_rejected_upload_is_taken_once_its_style_exists() -> None:
    first = look([blob("cubist/a.mp4")], known, Cursor(), NOW)
    assert keys(first) == []
    assert keys(look([blob("cubist/a.mp4")], lambda slug: None, again(first), NOW)) == [
        "cubist/a.mp4"
    ]


def test_an_unreadable_cursor_counts_as_new() -> None:
    for text in (None, "", "{", "7", "null", '{"a": 1}'):
        assert len(look([blob("mosaic/a.mp4")], known, Cursor.parse(text), NOW).arrivals) == 1


@given(names=st.lists(st.text(max_size=20)), size=st.integers(0, 3))
def test_any_listing_is_sorted_out(names: list[str], size: int) -> None:
    listing = [blob(name, size=size) for name in {*names, "mosaic/good.mp4"}]
    result = look(listing, known, Cursor(), NOW)
    assert ("mosaic/good.mp4" in keys(result)) == (size > 0)
    assert len(result.arrivals) + len(result.rejections) == len(listing)
    assert "\n" not in result.summary()
    for arrival in result.arrivals:
        assert set(arrival.upload.video) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")


def test_a_name_counts_as_a_video_by_its_ending() -> None:
    assert intake.is_video_name("a.b/CLIP.MP4")
    assert not intake.is_video_name("mp4")
    assert not intake.is_video_name("clip.mp4.part")
