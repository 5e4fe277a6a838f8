"""Every key in the store is spelled here, or for what is noted about uploads in
:mod:`style_pipeline.upload_keys`, and nowhere else.

::

    incoming/<style>/<name>                     a dropped video; the first folder names the style
    work/sources/<source>/audio-<digest>/...    audio streams of one source, by its content
    work/sources/<source>/frames-<digest>/...   frame shards and their manifest
    work/styled/<job digest>/...                styled shards, their sidecars, the job, the report
    outputs/<style>/<name>.mp4                  the finished video, or .mkv, .mov, .webm
    work/lessons/<lesson digest>/...            a style being learnt, and what came of it
    requests/again/<mark>/<number>              that one upload is wanted once more
    requests/claims/<run>                       which of two sensors asks for a run
    quarantine/<name>/...                       what can never be painted, and reason.json
    styles/<style>/painting.jpg                 a painting added by a user

Where a second store is set up, for operations, these lie there; else beside the others::

    styles/<style>/checkpoint.*                 what that style was learnt as
    messages/<cluster job>/<start>/...          what a cluster's job says

``<source>`` is the start of the sha256 of the uploaded file's content, so a second style of the
same video finds its frames, and a changed upload under an old name can never meet old ones.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

INCOMING = "incoming/"
WORK = "work/"
OUTPUTS = "outputs/"
STYLES = "styles/"
MESSAGES = "messages/"

PAINTINGS = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif")
"""What the file of a painting may end with, in lower case."""

_CHECKPOINT, _CARD = "checkpoint.safetensors", "checkpoint.json"

SOURCE_ID_LENGTH = 20
_SLUG_LENGTH = 48


@dataclass(frozen=True)
class Upload:
    """The parts of an ``incoming/<style>/<name>`` key; ``name`` may hold further folders."""

    style: str
    name: str

    @property
    def key(self) -> str:
        return f"{INCOMING}{self.style}/{self.name}"

    @property
    def video(self) -> str:
        """The video's partition key."""
        return video_slug(self.name)

    def output_key(self, suffix: str = ".mp4") -> str:
        """Of a result that ends with ``suffix``: ``clip.mp4`` keeps its name.

        ``clip.mov`` becomes ``clip.mov.mp4``, which only an upload of that very name could meet.
        """
        name = self.name if self.name.endswith(suffix) else f"{self.name}{suffix}"
        return f"{OUTPUTS}{self.style}/{name}"


def parse_upload(key: str) -> Upload | None:
    """The upload that ``key`` names, or None where it is not ``incoming/<style>/<name>``."""
    parts = PurePosixPath(key).parts
    if not key.startswith(INCOMING) or len(parts) < 3 or "/".join(parts) != key:
        return None
    return Upload(style=parts[1], name="/".join(parts[2:]))


def video_slug(name: str) -> str:
    """A partition key for a file name: readable, ``[a-z0-9._-]`` only, unique by a short hash.

    Dagster does not validate dynamic partition keys, so nothing of the user's spelling but
    harmless letters may enter one. NFC and NFD spellings are different blobs and hash apart.
    """
    stem = PurePosixPath(name).stem
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG_LENGTH].strip("-") or "video"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{digest}"


def source_id(content_sha256: str) -> str:
    """The folder name of one source's derived objects."""
    return content_sha256[:SOURCE_ID_LENGTH]


def source_prefix(source: str) -> str:
    """Where everything taken from one source lies."""
    return f"{WORK}sources/{source}/"


def frames_prefix(source: str, digest: str) -> str:
    """Where the frame shards of one source, extracted with one set of parameters, lie."""
    return f"{source_prefix(source)}frames-{digest}/"


def audio_prefix(source: str, digest: str) -> str:
    """Where the audio of one source lies."""
    return f"{source_prefix(source)}audio-{digest}/"


def manifest_key(prefix: str) -> str:
    """The manifest of the objects under ``prefix``; written last, so its presence means whole."""
    return f"{prefix}manifest.json"


def shard_key(prefix: str, index: int, suffix: str) -> str:
    """The ``index``-th shard under ``prefix``; ``suffix`` with its dot."""
    return f"{prefix}shards/{index:06d}{suffix}"


def sidecar_key(key: str) -> str:
    """The sidecar of a shard."""
    return f"{key}.json"


def styled_prefix(job_digest: str) -> str:
    """Where one style job's shards lie."""
    return f"{WORK}styled/{job_digest}/"


def lesson_prefix(digest: str) -> str:
    """Where everything about learning one style lies."""
    return f"{WORK}lessons/{digest}/"


def lesson_state_key(prefix: str) -> str:
    """How far a lesson is: what a restarted one goes on from."""
    return f"{prefix}state.safetensors"


def samples_key(prefix: str) -> str:
    """A picture of what has been learnt so far."""
    return f"{prefix}samples.jpg"


def lesson_checkpoint_key(prefix: str) -> str:
    """What a lesson ended in, until it is taken over as a style."""
    return f"{prefix}{_CHECKPOINT}"


def lesson_card_key(prefix: str) -> str:
    """The card of that checkpoint."""
    return f"{prefix}{_CARD}"


def training_key(sha256: str, suffix: str) -> str:
    """Something that lessons need, by its content; ``suffix`` with its dot."""
    return f"{WORK}training/{sha256}{suffix}"


def job_key(prefix: str) -> str:
    """The job description that the worker reads."""
    return f"{prefix}job.json"


def report_key(prefix: str) -> str:
    """The last report of the worker, kept beside the shards."""
    return f"{prefix}report.json"


def job_prefix(key: str) -> str:
    """The prefix whose :func:`job_key` is ``key``."""
    return key.removesuffix("job.json")


def failures_prefix(prefix: str) -> str:
    """Where ranks that failed leave word of it."""
    return f"{prefix}failures/"


def failure_key(prefix: str, rank: int) -> str:
    """A failed rank's own account: its traceback and its last line."""
    return f"{failures_prefix(prefix)}{rank:04d}.txt"


def style_vector_key(prefix: str, style: str) -> str:
    """What a style job has seen in the painting of an unlearnt style: numbers, recorded once."""
    return f"{prefix}styles/{style}.json"


def style_of(key: str) -> str | None:
    """The style that ``key`` belongs to, or None where it is not ``styles/<name>/<file>``."""
    parts = key.split("/")
    return parts[1] if key.startswith(STYLES) and len(parts) == 3 else None


def painting_key(style: str, suffix: str) -> str:
    """The painting of a style that a user added; ``suffix`` with its dot."""
    return f"{STYLES}{style}/painting{suffix.lower()}"


def is_painting(key: str) -> bool:
    """Whether ``key`` is the painting of an added style."""
    name = PurePosixPath(key)
    return style_of(key) is not None and name.stem == "painting" and name.suffix in PAINTINGS


def style_checkpoint_key(style: str) -> str:
    """The checkpoint of a style that a user added; its card lies beside it."""
    return f"{STYLES}{style}/{_CHECKPOINT}"


def style_card_key(style: str) -> str:
    """The card of that checkpoint."""
    return f"{STYLES}{style}/{_CARD}"


def is_learnt(key: str) -> bool:
    """Whether ``key`` is the checkpoint of an added style, or its card."""
    return style_of(key) is not None and PurePosixPath(key).name in (_CHECKPOINT, _CARD)


def messages_prefix(job_name: str) -> str:
    """What a job on a cluster says, over all its starts."""
    return f"{MESSAGES}{job_name}/"


def message_key(prefix: str, start: int, number: int) -> str:
    """The ``number``-th chunk of messages of one start of a job; ``start`` is in nanoseconds.

    Keys sort as the messages were sent, those of a restarted job after those of its first life.
    """
    return f"{prefix}{start:020d}/{number:06d}.json"
