"""Each request to paint something once more has a number of its own, whoever else asks."""

from concurrent.futures import ThreadPoolExecutor

from style_pipeline import again, upload_keys
from style_pipeline.store import MediaStore

KEY, ETAG = "incoming/tahiti/clip.mp4", "e1"


def test_requests_at_the_same_time_are_several(store: MediaStore) -> None:
    with ThreadPoolExecutor(8) as people:
        numbers = list(people.map(lambda _: again.ask(store, KEY, ETAG), range(8)))
    assert sorted(numbers) == list(range(1, 9))
    assert again.repeats(store) == {upload_keys.upload_mark(KEY, ETAG): 8}


def test_other_content_starts_from_nothing(store: MediaStore) -> None:
    again.ask(store, KEY, ETAG)
    assert again.ask(store, KEY, "e2") == 1


def test_what_somebody_else_put_there_is_no_request(store: MediaStore) -> None:
    store.upload(b"", f"{upload_keys.AGAIN}{upload_keys.upload_mark(KEY, ETAG)}/often")
    assert again.repeats(store) == {}
