"""From a file to an upload and back."""

from pathlib import Path

import pytest

from style_pipeline.defs import uploads
from style_pipeline.errors import InvalidKey, PartitionError, UnusableVideo
from style_pipeline.store import MediaStore


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "clip; touch PWNED .mp4"
    path.write_bytes(b"content")
    return path


def test_an_upload_is_found_again_by_its_partition(store: MediaStore, video: Path) -> None:
    upload = uploads.put(store, video, "great-wave")
    assert upload.key == "incoming/great-wave/clip; touch PWNED .mp4"
    found = uploads.find(store, "great-wave", upload.video)
    assert found.upload == upload
    assert found.etag == store.stat(upload.key).etag


def test_the_same_content_is_not_sent_twice(store: MediaStore, video: Path) -> None:
    first = store.stat(uploads.put(store, video, "great-wave").key)
    assert store.stat(uploads.put(store, video, "great-wave").key) == first


@pytest.mark.parametrize("content", [b"CONTENT", b"content and more"])
def test_other_content_is_a_new_version(store: MediaStore, video: Path, content: bytes) -> None:
    uploads.put(store, video, "great-wave")
    video.write_bytes(content)
    assert store.read_bytes(uploads.put(store, video, "great-wave").key) == content


def test_a_video_inside_the_store_stays_where_it_is(store: MediaStore, video: Path) -> None:
    upload = uploads.put(store, video, "great-wave")
    inside = Path(store.url.removeprefix("file://")) / upload.key
    assert uploads.put(store, inside, "great-wave") == upload
    assert inside.read_bytes() == b"content"


def test_what_is_gone_names_the_remedy(store: MediaStore, video: Path) -> None:
    upload = uploads.put(store, video, "great-wave")
    for style, name in (("the-scream", upload.video), ("great-wave", "clip-12345678")):
        with pytest.raises(PartitionError, match=f"style-pipeline submit VIDEO --style {style}"):
            uploads.find(store, style, name)


def test_what_is_no_video_is_refused_and_not_sent(store: MediaStore, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "folder.mp4").mkdir()
    for name, reason in {
        "gone.mp4": "does not exist",
        "folder.mp4": "is no file",
        "notes.txt": "does not end like a video",
        "empty.mp4": "is empty",
    }.items():
        with pytest.raises(UnusableVideo, match=reason):
            uploads.put(store, tmp_path / name, "great-wave")
    (tmp_path / ".hidden.mp4").write_bytes(b"x")
    with pytest.raises(InvalidKey, match="starts with a dot; rename it"):
        uploads.put(store, tmp_path / ".hidden.mp4", "great-wave")
    assert list(store.list()) == []
