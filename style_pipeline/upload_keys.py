"""The keys of what is noted about uploads: that one is wanted again, or why one was put aside.

None of them lies in ``work/``, which is cleared: a request that was forgotten would get the number,
and so the run key, of an earlier one, and Dagster would drop it without a word.
"""

import hashlib
import re
from pathlib import PurePosixPath

from style_pipeline.key import fault
from style_pipeline.layout import video_slug

AGAIN = "requests/again/"
QUARANTINE = "quarantine/"
_REASON = "reason.json"


def upload_mark(key: str, etag: str) -> str:
    """Names one version of an upload, whatever characters its key is made of."""
    return hashlib.sha256(f"{key}|{etag}".encode("utf-8", "surrogatepass")).hexdigest()[:20]


def upload_of(run_key: str) -> str:
    """``KEY|ETAG``: what a run key is about, whatever its version and however often asked for."""
    return re.sub(r"\|\d+(\|again-\d+)?\Z", "", run_key)


def again_key(mark: str, number: int) -> str:
    """That an upload is wanted for the ``number``-th time after the first."""
    return f"{AGAIN}{mark}/{number}"


def claim_key(run_key: str) -> str:
    """Which of two sensors asks for a run."""
    digest = hashlib.sha256(run_key.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    return f"requests/claims/{digest}"


def quarantine_prefix(key: str, etag: str) -> str:
    """Where an upload is put aside, in plain letters."""
    return f"{QUARANTINE}{video_slug(PurePosixPath(key).name)}-{upload_mark(key, etag)[:8]}/"


def held_key(prefix: str, key: str) -> str:
    """Its content there: under its own name, where that is no fault."""
    name = PurePosixPath(key).name
    fit = fault(name) is None and name != _REASON
    return f"{prefix}{name if fit else 'upload'}"


def quarantine_reason_key(prefix: str) -> str:
    """Why it is there."""
    return f"{prefix}{_REASON}"


def is_quarantine_reason(key: str) -> bool:
    """Whether ``key`` says why something is in quarantine."""
    return key.startswith(QUARANTINE) and key.count("/") == 2 and key.endswith(f"/{_REASON}")
