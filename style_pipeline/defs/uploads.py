"""From a file to an upload, and from a partition back to its upload."""

from pathlib import Path

from style_pipeline import again, intake, layout, quarantine, upload_keys
from style_pipeline.errors import PartitionError, UnusableVideo
from style_pipeline.intake import Arrival
from style_pipeline.store import MediaStore, StoredObject

_CHUNK = 1 << 20


def put(store: MediaStore, path: Path, style: str) -> layout.Upload:
    """Bring a file into the store as an upload of one style.

    Content that is there already is not sent again; other content under the same name replaces
    it, as a new version of that video. Raises UnusableVideo where ``path`` cannot be a video.
    """
    check(path)
    upload = layout.Upload(style=style, name=path.name)
    put_as(store, path, upload)
    return upload


def put_as(store: MediaStore, path: Path, upload: layout.Upload) -> None:
    """Bring a file into the store as ``upload``, unless its very content lies there already."""
    if not _holds(store, upload.key, path):
        store.upload(path, upload.key)


def locate(store: MediaStore, style: str, video: str) -> StoredObject:
    """The upload whose partition is ``style|video``; raises PartitionError where it is gone."""
    for found in store.list(f"{layout.INCOMING}{style}/"):
        upload = layout.parse_upload(found.key)
        if upload is not None and upload.video == video:
            return found
    for entry in quarantine.entries(store):
        upload = layout.parse_upload(entry.upload)
        if upload is not None and (upload.style, upload.video) == (style, video):
            raise PartitionError(
                f"the upload is in quarantine ({entry.reason}); put it back with "
                f"'style-pipeline release {entry.name}'"
            )
    raise PartitionError(
        f"no upload in {layout.INCOMING}{style}/ belongs to the video {video!r}: "
        f"submit it again with 'style-pipeline submit VIDEO --style {style}'"
    )


def find(store: MediaStore, style: str, video: str) -> Arrival:
    """Which run an upload wants, by its partition; raises as :func:`locate` does."""
    found = locate(store, style, video)
    mark = upload_keys.upload_mark(found.key, found.etag)
    upload = layout.Upload(style, found.key.removeprefix(f"{layout.INCOMING}{style}/"))
    return Arrival(upload, found.etag, again.repeats(store).get(mark, 0))


def check(path: Path) -> None:
    """Raises UnusableVideo where ``path`` is gone, no file, empty, or not called like a video."""
    if not path.exists():
        raise UnusableVideo(f"{str(path)!r} does not exist; check the path")
    if not path.is_file():
        raise UnusableVideo(f"{str(path)!r} is no file; name a video file")
    if not intake.is_video_name(path.name):
        endings = " ".join(intake.SUFFIXES)
        raise UnusableVideo(f"{path.name!r} does not end like a video; known endings: {endings}")
    try:
        with path.open("rb") as stream:
            empty = not stream.read(1)
    except OSError as error:
        raise UnusableVideo(f"{str(path)!r} cannot be read: {error.strerror}") from error
    if empty:
        raise UnusableVideo(f"{path.name!r} is empty; export it again")


def _holds(store: MediaStore, key: str, path: Path) -> bool:
    """Whether the very content of ``path`` lies under ``key``."""
    if not store.exists(key) or store.stat(key).size != path.stat().st_size:
        return False
    with path.open("rb") as ours, store.open_read(key) as theirs:
        while chunk := ours.read(_CHUNK):
            if theirs.read(len(chunk)) != chunk:
                return False
    return True
