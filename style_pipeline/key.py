"""Which keys every back end can hold and none can be led astray by."""

import unicodedata

from style_pipeline.errors import InvalidKey

MAX_KEY_CHARACTERS = 1024
"""What Azure Blob Storage allows for a name."""

MAX_SEGMENT_BYTES = 255
"""What local file systems allow for one name."""


def check_key(key: str) -> str:
    """``key`` itself, or InvalidKey with the reason it cannot be one."""
    reason = fault(key)
    if reason is not None:
        raise InvalidKey(f"{key!r} cannot be stored: {reason}; rename it")
    return key


def fault(key: str) -> str | None:
    """Why ``key`` cannot be stored, or None where it can."""
    if not 0 < len(key) <= MAX_KEY_CHARACTERS:
        return f"a key has 1 to {MAX_KEY_CHARACTERS} characters"
    if any(_forbidden(character) for character in key):
        return "it holds a backslash, a control character or text that is not Unicode"
    for segment in key.split("/"):
        reason = _segment_fault(segment)
        if reason is not None:
            return reason
    return None


def _segment_fault(segment: str) -> str | None:
    if not segment:
        return "one of its parts is empty"
    if segment.startswith("."):
        return "one of its parts starts with a dot"
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        return f"one of its parts is longer than {MAX_SEGMENT_BYTES} bytes"
    return None


def _forbidden(character: str) -> bool:
    """Control characters, surrogates, non-characters: one such name breaks Azure's lists."""
    noncharacter = ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF
    return character == "\\" or noncharacter or unicodedata.category(character) in ("Cc", "Cs")
