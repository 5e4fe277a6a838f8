"""Names of content: sha256 of files, and of the parameters that determine a result."""

import hashlib
from pathlib import Path
from typing import Any

from style_pipeline import document

_DIGEST_LENGTH = 20


def file_sha256(path: Path) -> str:
    """The sha256 of a file's content, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def parameters(**parts: Any) -> str:
    """20 hex digits that change whenever one of ``parts`` does."""
    return hashlib.sha256(document.dump(parts)).hexdigest()[:_DIGEST_LENGTH]
